// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

/** Where a frame came from. */
public interface ClientStream {
    /** The client has opened a younger stream: what is left of this one must not act any more. */
    boolean isSuperseded();
}
