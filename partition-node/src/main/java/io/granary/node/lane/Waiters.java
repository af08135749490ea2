// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

import io.granary.protocol.Answer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for a section: entries of frames, as runs, since most sections take whole frames. Reused when it is
 * cleared. Not thread-safe.
 */
final class Waiters {
    private @Nullable FrameTicket[] tickets = new FrameTicket[4];
    private int[] runs = new int[8];
    private int size;

    void add(FrameTicket ticket, int index) {
        int last = size - 1;
        if (last >= 0 && tickets[last] == ticket && runs[2 * last] + runs[2 * last + 1] == index) {
            runs[2 * last + 1]++;
            return;
        }
        if (size == tickets.length) {
            tickets = Arrays.copyOf(tickets, size * 2);
            runs = Arrays.copyOf(runs, size * 4);
        }
        tickets[size] = ticket;
        runs[2 * size] = index;
        runs[2 * size + 1] = 1;
        size++;
    }

    /** Answers everyone alike; the frames are sent by {@link #flush()}. */
    void answer(Answer answer, long detail) {
        for (int i = 0; i < size; i++) {
            ticket(i).answer(runs[2 * i], runs[2 * i + 1], answer, detail);
        }
    }

    /** Sends what was answered and forgets everyone. */
    void flush() {
        for (int i = 0; i < size; i++) {
            ticket(i).flush();
            tickets[i] = null;
        }
        size = 0;
    }

    private FrameTicket ticket(int i) {
        FrameTicket ticket = tickets[i];
        assert ticket != null : "no ticket at " + i;
        return ticket;
    }
}
