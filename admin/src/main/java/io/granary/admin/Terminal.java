// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

/** Whether somebody sits before this command. */
final class Terminal {
    private Terminal() {}

    /** Whether input and output are a terminal: Java can't tell, so {@code scripts/granary} does. */
    static boolean isThere() {
        return Boolean.getBoolean("granary.screen");
    }
}
