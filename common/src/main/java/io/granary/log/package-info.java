// SPDX-License-Identifier: Apache-2.0
/** The stock log as a port, on RocketMQ and in memory. */
@NullMarked
package io.granary.log;

import org.jspecify.annotations.NullMarked;
