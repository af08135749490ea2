// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

import io.granary.protocol.Answer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Answers that are true only if the partition is still owned here, and so are held back until a record that was sent
 * after them is stored and no fence stands before it: refusals for want of units, and CONFLICT with what is pending.
 * Kept as runs, as most are alike. Reused when it is flushed. Not thread-safe.
 */
final class HeldAnswers {
    private @Nullable FrameTicket[] tickets = new FrameTicket[4];
    private Answer[] answers = new Answer[4];
    private long[] details = new long[4];
    private int[] runs = new int[8];
    private int size;
    private int entries;

    void add(FrameTicket ticket, int index, Answer answer, long detail) {
        entries++;
        int last = size - 1;
        if (last >= 0
                && tickets[last] == ticket
                && answers[last] == answer
                && details[last] == detail
                && runs[2 * last] + runs[2 * last + 1] == index) {
            runs[2 * last + 1]++;
            return;
        }
        if (size == tickets.length) {
            tickets = Arrays.copyOf(tickets, size * 2);
            answers = Arrays.copyOf(answers, size * 2);
            details = Arrays.copyOf(details, size * 2);
            runs = Arrays.copyOf(runs, size * 4);
        }
        tickets[size] = ticket;
        answers[size] = answer;
        details[size] = detail;
        runs[2 * size] = index;
        runs[2 * size + 1] = 1;
        size++;
    }

    /** How many entries wait. */
    int entries() {
        return entries;
    }

    /** They are true; the frames are sent by {@link #flush()}. */
    void give() {
        for (int i = 0; i < size; i++) {
            ticket(i).answer(runs[2 * i], runs[2 * i + 1], answers[i], details[i]);
        }
    }

    /** They may be untrue: everyone gets this answer instead. */
    void replace(Answer answer) {
        for (int i = 0; i < size; i++) {
            ticket(i).answer(runs[2 * i], runs[2 * i + 1], answer, 0);
        }
    }

    /** Sends what was answered and forgets everyone. */
    void flush() {
        for (int i = 0; i < size; i++) {
            ticket(i).flush();
            tickets[i] = null;
        }
        size = 0;
        entries = 0;
    }

    private FrameTicket ticket(int i) {
        FrameTicket ticket = tickets[i];
        assert ticket != null : "no ticket at " + i;
        return ticket;
    }
}
