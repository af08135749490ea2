// SPDX-License-Identifier: Apache-2.0
package io.granary.metrics;

import java.util.Optional;

/** Something that must be so for a process to live, or to be ready for work. Thread-safe. */
@FunctionalInterface
public interface HealthCheck {
    /** What is wrong, in one line for people; empty if nothing is. May block for a few seconds. */
    Optional<String> problem();
}
