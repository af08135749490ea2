// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.stock.DeadLetter;
import io.granary.allocator.stock.DeadLetterStore;
import io.granary.allocator.stock.KeptLetter;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/** {@link DeadLetterStore} in MySQL. Thread-safe. */
public final class SqlDeadLetterStore implements DeadLetterStore {
    private final TransactionRunner transactions;

    public SqlDeadLetterStore(TransactionRunner transactions) {
        this.transactions = transactions;
    }

    @Override
    public List<KeptLetter> latest(long beforeId, int limit) {
        return transactions.call(session -> session.getMapper(StockUpdateMapper.class).letters(beforeId, limit).stream()
                .map(SqlDeadLetterStore::kept)
                .toList());
    }

    @Override
    public Optional<KeptLetter> find(long id) {
        return transactions.call(session -> Optional.ofNullable(
                        session.getMapper(StockUpdateMapper.class).letter(id))
                .map(SqlDeadLetterStore::kept));
    }

    @Override
    public void noteReplay(KeptLetter letter, String updateId, String content, String who) {
        transactions.run(session -> {
            StockUpdateMapper mapper = session.getMapper(StockUpdateMapper.class);
            mapper.noteReplay(letter.id(), content, who);
            // Only this one: under its own id the letter, sent again, would be another update beside the corrected one.
            mapper.pardon(updateId);
        });
    }

    private static KeptLetter kept(StockUpdateMapper.LetterRow row) {
        LocalDateTime replayed = row.replayed();
        return new KeptLetter(
                row.id(),
                row.updateId(),
                new DeadLetter(row.reason(), row.original(), row.queue(), row.position()),
                row.noted().toInstant(ZoneOffset.UTC),
                row.replays(),
                replayed == null ? null : replayed.toInstant(ZoneOffset.UTC),
                row.replayedBy(),
                row.replayedAs());
    }
}
