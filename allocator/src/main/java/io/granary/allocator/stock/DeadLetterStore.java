// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.stock;

import java.util.List;
import java.util.Optional;

/** Dead letters in the books. Thread-safe; blocks its caller, and may fail with the exceptions of the database. */
public interface DeadLetterStore {
    /** The latest, the newest first. */
    List<KeptLetter> latest(long beforeId, int limit);

    Optional<KeptLetter> find(long id);

    /**
     * Notes that it is published again, and lets the update id of the content be tried again if it was decided that it is
     * dead. An id that was applied stays so: it is not applied twice.
     */
    void noteReplay(KeptLetter letter, String updateId, String content, String who);
}
