// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A stock update that was refused.
 *
 * @param updateId null if it has none that can be used
 * @param reason why, as {@code field: value (expected: …)}
 * @param original what it said
 * @param queue where it stood in the topic of stock updates
 * @param offset where it stood in the queue
 * @param replays how often it was published again
 * @param replayed when it last was; null if never
 * @param replayedBy by whom
 * @param replayedAs with which content
 */
public record DeadLetterView(
        long id,
        @Nullable String updateId,
        String reason,
        String original,
        int queue,
        long offset,
        Instant noted,
        int replays,
        @Nullable Instant replayed,
        @Nullable String replayedBy,
        @Nullable String replayedAs) {}
