// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load;

import java.util.List;

/** Where shops come from: a connection to a service, or the way to make some. Used by one thread. */
public interface Shops extends AutoCloseable {
    /** The ways in which its shops can sell. */
    List<String> ways();

    /**
     * A shop for one product, which is on sale already.
     *
     * @param way one of {@link #ways()}
     */
    Shop open(String way, String product) throws Exception;

    @Override
    void close();
}
