// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.stock;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter as it is kept in the books.
 *
 * @param id its key in the books
 * @param updateId null if it has none that can be used
 * @param replays how often it was published again
 * @param replayed when it last was; null if never
 * @param replayedBy by whom
 * @param replayedAs with which content
 */
public record KeptLetter(
        long id,
        @Nullable String updateId,
        DeadLetter letter,
        Instant noted,
        int replays,
        @Nullable Instant replayed,
        @Nullable String replayedBy,
        @Nullable String replayedAs) {}
