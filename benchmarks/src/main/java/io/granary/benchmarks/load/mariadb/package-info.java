// SPDX-License-Identifier: Apache-2.0
/** A database as a shop, in the ways that are usual. */
@NullMarked
package io.granary.benchmarks.load.mariadb;

import org.jspecify.annotations.NullMarked;
