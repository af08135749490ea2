// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

/** The routes of one subject. */
@FunctionalInterface
public interface Area {
    /** Says which routes there are. Called once, before the server starts. */
    void register(Endpoints endpoints);
}
