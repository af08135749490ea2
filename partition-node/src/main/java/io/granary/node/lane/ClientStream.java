// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

/** Where a frame came from. */
public interface ClientStream {
    /** The stream broke or the client has opened a younger one: what is left of this one must not act any more. */
    boolean isSuperseded();
}
