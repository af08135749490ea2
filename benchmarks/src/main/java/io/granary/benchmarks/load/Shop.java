// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load;

/**
 * Somebody who sells units of a product, one a request; the same id twice is the same unit. Thread-safe.
 */
public interface Shop extends AutoCloseable {
    /** A caller that waits for the answer. */
    interface Caller {
        /** Called once, on any thread; calls of one caller never overlap. Must not block; may ask again at once. */
        void told(Told told);
    }

    /** Asks for a unit of the product for this request id, and returns at once, or as soon as there is room. */
    void deduct(long high, long low, Caller caller);

    @Override
    void close();
}
