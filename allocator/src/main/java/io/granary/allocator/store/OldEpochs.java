// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.settlement.IdWindow;
import io.granary.allocator.settlement.KnownMark;
import io.granary.allocator.store.AllocationMapper.LaneRow;
import io.granary.allocator.store.AllocationMapper.MarkRow;
import io.granary.allocator.store.OldEpochMapper.OldRow;
import io.granary.allocator.store.OldEpochMapper.WindowRow;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the books forget ownerships that no takeover asks for: their fence has settled, and all that they wrote stands before
 * the id window of their lane. Partitions that move often would have hundreds else. The oldest of a partition go first, and
 * the partition notes how far that is: what an owner of theirs may still write when it wakes up is stale.
 *
 * <p>A lane that nothing is written to any more gets no marks from settlement, and its window would never pass its end: so
 * its last mark is put here.
 *
 * <p>Thread-safe; two at once do no harm.
 */
final class OldEpochs {
    private static final Logger LOG = LoggerFactory.getLogger(OldEpochs.class);
    private static final int BATCH_ROWS = 500;
    private static final int MOST_BATCHES = 20;

    private final TransactionRunner transactions;
    private final IdWindow window;

    OldEpochs(TransactionRunner transactions, IdWindow window) {
        this.transactions = transactions;
        this.window = window;
    }

    /** Forgets what is over, as far as it comes. */
    void forget() {
        List<Integer> lanes = transactions.call(
                session -> session.getMapper(OldEpochMapper.class).lanes());
        if (lanes.isEmpty()) {
            return;
        }
        List<WindowRow> windows = lanes.stream().map(this::windowOf).toList();
        for (int i = 0; i < MOST_BATCHES && forget(windows) == BATCH_ROWS; i++) {
            LOG.debug("{} ownerships are forgotten", BATCH_ROWS);
        }
    }

    /** Where the lane's window begins, but for its bound in ids: of what is forgotten it must be known how old it is. */
    private WindowRow windowOf(int lane) {
        return transactions.call(session -> {
            OldEpochMapper mapper = session.getMapper(OldEpochMapper.class);
            LaneRow row = mapper.lock(lane);
            List<KnownMark> marks =
                    mapper.marks(lane).stream().map(MarkRow::mark).toList();
            KnownMark last = marks.isEmpty() ? new KnownMark(0, 0, Long.MAX_VALUE) : marks.get(marks.size() - 1);
            if (row.settled() > last.position()
                    && last.ageMillis() >= window.markAge().toMillis()) {
                mapper.mark(lane, row.settled(), row.ids());
            }
            mapper.end(lane, row.settled(), BATCH_ROWS);
            return new WindowRow(lane, window.old(marks));
        });
    }

    private int forget(List<WindowRow> windows) {
        return transactions.call(session -> {
            OldEpochMapper mapper = session.getMapper(OldEpochMapper.class);
            List<OldRow> old = mapper.old(windows, BATCH_ROWS);
            if (!old.isEmpty()) {
                mapper.forget(old);
                old.forEach(mapper::note);
            }
            return old.size();
        });
    }
}
