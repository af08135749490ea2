// SPDX-License-Identifier: Apache-2.0

/**
 * The real services that Granary stands on - ZooKeeper, RocketMQ and MariaDB - as processes of their own, from Maven artifacts.
 *
 * <p>{@link io.granary.backing.BackingServices} runs all of them under one folder; the {@link
 * io.granary.backing.BackingProcess}es can be killed, paused and restarted one by one, which is what fault tests need. All
 * of them listen on 127.0.0.1 only, and none outlives the JVM that started it, however that ends.
 */
@NullMarked
package io.granary.backing;

import org.jspecify.annotations.NullMarked;
