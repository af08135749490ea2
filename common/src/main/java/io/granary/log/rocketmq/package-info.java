// SPDX-License-Identifier: Apache-2.0
/** The stock log and other topics on RocketMQ. Nobody else knows of RocketMQ. */
@NullMarked
package io.granary.log.rocketmq;

import org.jspecify.annotations.NullMarked;
