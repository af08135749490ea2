// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A task as it stands in the books.
 *
 * @param id its key in the books
 * @param last its last run; null if there was none, or it was not asked for
 * @param running the allocator that has taken it on now; null if none has
 */
public record Task(
        long id,
        TaskDefinition definition,
        Standing standing,
        Instant created,
        String createdBy,
        @Nullable TaskRun last,
        @Nullable String running) {}
