// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

import io.granary.node.server.FrameTicket;
import io.granary.protocol.Answer;
import java.util.ArrayList;
import java.util.List;

/**
 * Who asked for another quantity than an id of a section has, and so is told CONFLICT when that section is durable, but
 * not before: the section may turn out to be void. Few ever do. Not thread-safe.
 */
final class Contradictions {
    private record Contradiction(FrameTicket ticket, int index, int quantity) {}

    private final List<Contradiction> all = new ArrayList<>(0);

    /**
     * @param quantity that the id has, in units
     */
    void add(FrameTicket ticket, int index, int quantity) {
        all.add(new Contradiction(ticket, index, quantity));
    }

    /** The section is durable. */
    void stand() {
        all.forEach(one -> one.ticket().answer(one.index(), 1, Answer.CONFLICT, one.quantity()));
    }

    /** The section is not, or nobody knows: everyone gets this answer. */
    void fall(Answer answer) {
        all.forEach(one -> one.ticket().answer(one.index(), 1, answer, 0));
    }

    /** Sends what was answered and forgets everyone. */
    void flush() {
        all.forEach(one -> one.ticket().flush());
        all.clear();
    }
}
