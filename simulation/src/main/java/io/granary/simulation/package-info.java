// SPDX-License-Identifier: Apache-2.0
/**
 * The production classes of every service on one thread, under a seeded scheduler with virtual time; the log, the
 * registry, the network and the store are in memory and misbehave in every way that the design allows them.
 */
@NullMarked
package io.granary.simulation;

import org.jspecify.annotations.NullMarked;
