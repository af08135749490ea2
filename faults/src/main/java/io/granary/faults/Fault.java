// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

/**
 * One thing that the nemesis does, and undoes.
 *
 * @param afterMillis when, counted from the beginning of its step
 * @param holdMillis how long it lasts: how long a process is down or stopped, or a link cut
 */
record Fault(Kind kind, Target target, int afterMillis, int holdMillis) {
    /** What can be done, to a process or to a link. */
    enum Kind {
        /** SIGKILL, and a start after the hold. */
        KILL(false),
        /** SIGSTOP, and SIGCONT after the hold: connections stay open, and nobody answers. */
        PAUSE(false),
        /** An orderly stop, and a start after the hold. */
        RESTART(false),
        /** Connections break and new ones are refused until the hold is over. */
        CUT(true),
        /** Connections stay open and nothing comes through; what was sent meanwhile arrives when the hold is over. */
        BLACK_HOLE(true),
        /** Connections break; new ones are welcome. */
        BREAK(true);

        private final boolean ofLinks;

        Kind(boolean ofLinks) {
            this.ofLinks = ofLinks;
        }

        boolean isOfLinks() {
            return ofLinks;
        }
    }

    Fault {
        if (kind.isOfLinks() != target.isLink()) {
            throw new IllegalArgumentException(
                    "target: " + target.name() + " (expected: a " + (kind.isOfLinks() ? "link" : "process") + ")");
        }
    }

    @Override
    public String toString() {
        return "%s %s after %d ms for %d ms".formatted(kind, target.name(), afterMillis, holdMillis);
    }
}
