// SPDX-License-Identifier: Apache-2.0
package io.granary.node.testing;

import static com.google.common.base.Preconditions.checkState;

import io.granary.protocol.Answer;
import io.granary.protocol.Link;
import io.granary.protocol.NodeFrame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The client's end of a stream: notes each answer, and fails if an entry is answered twice. One thread only. */
public final class AnswerSheet implements Link<byte[]> {
    private static final class Sheet {
        final @Nullable Answer[] answers;
        final long[] details;

        Sheet(int entries) {
            answers = new Answer[entries];
            details = new long[entries];
        }
    }

    private final Map<Integer, Sheet> sheets = new HashMap<>();
    private final List<NodeFrame> frames = new ArrayList<>();
    private boolean closed;

    /** A frame was sent: answers to it may come. */
    public void expect(int frameId, int entries) {
        checkState(sheets.put(frameId, new Sheet(entries)) == null, "frame %s was sent before", frameId);
    }

    @Override
    public void send(byte[] message) {
        NodeFrame frame = NodeFrame.decode(message);
        frames.add(frame);
        if (frame instanceof NodeFrame.AllDeducted all) {
            Sheet sheet = sheet(all.frameId());
            for (int i = 0; i < sheet.answers.length; i++) {
                note(sheet, i, Answer.DEDUCTED, 0);
            }
        } else if (frame instanceof NodeFrame.Answers some) {
            Sheet sheet = sheet(some.frameId());
            for (int i = 0; i < some.count(); i++) {
                note(sheet, some.index(i), some.answer(i), some.detail(i));
            }
        }
    }

    private Sheet sheet(int frameId) {
        Sheet sheet = sheets.get(frameId);
        checkState(sheet != null, "frame %s was never sent", frameId);
        return sheet;
    }

    private static void note(Sheet sheet, int index, Answer answer, long detail) {
        checkState(sheet.answers[index] == null, "entry %s: %s and %s", index, sheet.answers[index], answer);
        sheet.answers[index] = answer;
        sheet.details[index] = detail;
    }

    /** The answers to the frame's entries; null where none has come. */
    public List<@Nullable Answer> answers(int frameId) {
        return Arrays.asList(sheet(frameId).answers);
    }

    /** The only entry's answer; null if none has come. */
    public @Nullable Answer answer(int frameId) {
        checkState(sheet(frameId).answers.length == 1, "frame %s has several entries", frameId);
        return sheet(frameId).answers[0];
    }

    public long detail(int frameId, int index) {
        return sheet(frameId).details[index];
    }

    /** All that came, in order. */
    public List<NodeFrame> frames() {
        return frames;
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public void close() {
        closed = true;
    }

    public boolean isClosed() {
        return closed;
    }
}
