// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.record.Entries;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FramesTest {
    private static final PartitionId P = new PartitionId(new Sku("AB"), 3);

    /** Clients and nodes of different versions talk to each other. */
    @Test
    void theLayoutIsFixed() {
        HexFormat hex = HexFormat.of();
        assertThat(hex.formatHex(new ClientFrame.Open(1, 2, 3).encode()))
                .isEqualTo("01" + "0000000000000001" + "0000000000000002" + "0000000000000003");
        assertThat(hex.formatHex(new ClientFrame.Builder()
                        .begin(9)
                        .group(P, 4, 6)
                        .entry(1, 2, 3)
                        .patience(5)
                        .build()))
                .isEqualTo("03" + "00000009" + "00000001" + "024142" + "0003" + "0000000000000004" + "00000005"
                        + "00000006" + "00000001" + "0000000000000001" + "0000000000000002" + "00000003");
        assertThat(hex.formatHex(new NodeFrame.Welcome(3).encode())).isEqualTo("01" + "0000000000000003");
        assertThat(hex.formatHex(new NodeFrame.AllDeducted(9).encode())).isEqualTo("02" + "00000009");
        assertThat(hex.formatHex(new NodeFrame.Builder()
                        .answer(5, Answer.INSUFFICIENT, 7)
                        .build(9)))
                .isEqualTo("03" + "00000009" + "00000001" + "00000005" + "02" + "0000000000000007");
    }

    @Test
    void framesOfOlderClientsAreUnderstood() {
        byte[] frame = HexFormat.of()
                .parseHex("02" + "00000009" + "00000001" + "024142" + "0003" + "0000000000000004" + "00000001"
                        + "0000000000000001" + "0000000000000002" + "00000003");
        ClientFrame.Deduct decoded = (ClientFrame.Deduct) ClientFrame.decode(frame);
        assertThat(decoded.frameId()).isEqualTo(9);
        assertThat(decoded.groups()).singleElement().satisfies(group -> {
            assertThat(group.partition()).isEqualTo(P);
            assertThat(group.epoch()).isEqualTo(4);
            assertThat(group.patienceMillis()).isEqualTo(ClientFrame.PATIENCE_FOR_EVER);
            assertThat(group.ageMillis()).isZero();
            assertThat(group.entries().low(0)).isEqualTo(2);
            assertThat(group.entries().quantity(0)).isEqualTo(3);
        });
    }

    @Test
    void aGroupWaitsAsLongAsTheMostPatientOfItsCallers() {
        ClientFrame.Builder builder = new ClientFrame.Builder().begin(1);
        builder.group(P, 1, 0).entry(1, 1, 1).patience(30).entry(2, 2, 1).patience(70);
        builder.group(P, 1, 5).entry(3, 3, 1).patience(20);
        builder.group(P, 1).entry(4, 4, 1);
        assertThat(((ClientFrame.Deduct) ClientFrame.decode(builder.build())).groups())
                .extracting(ClientFrame.Group::patienceMillis)
                .containsExactly(70, 20, ClientFrame.PATIENCE_FOR_EVER);
    }

    @Test
    void timesThatThereAreNotAreRefused() {
        byte[] frame =
                new ClientFrame.Builder().begin(1).group(P, 1).entry(1, 2, 3).build();
        int patienceAt = 1 + 4 + 4 + 1 + 2 + 2 + 8;
        byte[] patience = frame.clone();
        ByteBuffer.wrap(patience).putInt(patienceAt, -1);
        assertThatThrownBy(() -> ClientFrame.decode(patience))
                .isInstanceOf(MalformedFrameException.class)
                .hasMessage("patience: -1 ms (expected: 0 to 2147483647)");
        byte[] age = frame.clone();
        ByteBuffer.wrap(age).putInt(patienceAt + 4, Integer.MIN_VALUE);
        assertThatThrownBy(() -> ClientFrame.decode(age))
                .isInstanceOf(MalformedFrameException.class)
                .hasMessage("age: -2147483648 ms (expected: 0 to 2147483647)");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aDeductFrameIsDecodedAsItWasBuilt(long seed) {
        Random random = new Random(seed);
        ClientFrame.Builder builder = new ClientFrame.Builder();
        for (int i = 0; i < 100; i++) {
            builder.begin(i);
            List<ClientFrame.Group> groups = new ArrayList<>();
            for (int g = 1 + random.nextInt(8); g > 0; g--) {
                PartitionId partition = new PartitionId(
                        new Sku("s".repeat(1 + random.nextInt(64))), random.nextInt(PartitionId.MAX_SLOTS));
                long epoch = random.nextLong();
                byte[] bytes = new byte[(1 + random.nextInt(300)) * Entries.WIDTH];
                random.nextBytes(bytes);
                Entries entries = new Entries(bytes, 0, bytes.length / Entries.WIDTH);
                int patience = random.nextInt(Integer.MAX_VALUE);
                int age = random.nextInt(Integer.MAX_VALUE);
                builder.group(partition, epoch, age).patience(patience);
                for (int e = 0; e < entries.count(); e++) {
                    builder.entry(entries.high(e), entries.low(e), entries.quantity(e));
                }
                groups.add(new ClientFrame.Group(partition, epoch, patience, age, entries));
            }
            ClientFrame.Deduct expected = new ClientFrame.Deduct(i, groups);
            assertThat(builder.entries()).isEqualTo(expected.entries());
            assertThat(ClientFrame.decode(builder.build())).isEqualTo(expected);
        }
    }

    @Test
    void openAndWelcomeAreDecodedAsTheyWereEncoded() {
        ClientFrame.Open open = new ClientFrame.Open(-1, 2, Long.MAX_VALUE);
        assertThat(ClientFrame.decode(open.encode())).isEqualTo(open);
        NodeFrame.Welcome welcome = new NodeFrame.Welcome(-3);
        assertThat(NodeFrame.decode(welcome.encode())).isEqualTo(welcome);
        NodeFrame.AllDeducted all = new NodeFrame.AllDeducted(Integer.MIN_VALUE);
        assertThat(NodeFrame.decode(all.encode())).isEqualTo(all);
    }

    @Test
    void answersAreDecodedAsTheyWereBuilt() {
        NodeFrame.Builder builder = new NodeFrame.Builder();
        assertThat(builder.isEmpty()).isTrue();
        Answer[] answers = Answer.values();
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 1_000; i++) {
                builder.answer(i * 3, answers[i % answers.length], i - 500L);
            }
            NodeFrame.Answers decoded = (NodeFrame.Answers) NodeFrame.decode(builder.build(42));
            assertThat(decoded.frameId()).isEqualTo(42);
            assertThat(decoded.count()).isEqualTo(1_000);
            for (int i = 0; i < 1_000; i++) {
                assertThat(decoded.index(i)).isEqualTo(i * 3);
                assertThat(decoded.answer(i)).isEqualTo(answers[i % answers.length]);
                assertThat(decoded.detail(i)).isEqualTo(i - 500L);
            }
            assertThat(builder.isEmpty()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerIsKnownByItsCode(Answer answer) {
        assertThat(Answer.ofCode(answer.code())).isSameAs(answer);
    }

    @ParameterizedTest
    @ValueSource(bytes = {0, 10, -1, Byte.MIN_VALUE, Byte.MAX_VALUE})
    void anAnswerThatThereIsNotIsRefusedWhenDecoded(byte code) {
        byte[] frame = new NodeFrame.Builder().answer(0, Answer.UNKNOWN, 0).build(1);
        frame[13] = code;
        assertThatThrownBy(() -> NodeFrame.decode(frame)).isInstanceOf(MalformedFrameException.class);
    }

    @Test
    void aFrameHasBoundedEntries() {
        ClientFrame.Builder builder = new ClientFrame.Builder().begin(1).group(P, 1);
        assertThatThrownBy(() -> ClientFrame.decode(
                        new ClientFrame.Builder().begin(1).group(P, 1).build()))
                .isInstanceOf(MalformedFrameException.class);
        for (int i = 0; i < ClientFrame.MAX_ENTRIES; i++) {
            builder.entry(i, i, 1);
        }
        assertThat(((ClientFrame.Deduct) ClientFrame.decode(builder.build())).entries())
                .isEqualTo(ClientFrame.MAX_ENTRIES);

        ClientFrame.Builder more = new ClientFrame.Builder().begin(1);
        for (int i = 0; i <= ClientFrame.MAX_ENTRIES; i++) {
            more.group(P, 1).entry(i, i, 1);
        }
        byte[] tooMany = more.build();
        assertThatThrownBy(() -> ClientFrame.decode(tooMany)).isInstanceOf(MalformedFrameException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void bytesThatAreNoFrameAreRefusedAndNothingElseHappens(long seed) {
        Random random = new Random(seed);
        AtomicLong touched = new AtomicLong();
        byte[] deduct = new ClientFrame.Builder()
                .begin(1)
                .group(P, 1)
                .entry(1, 2, 3)
                .entry(4, 5, 6)
                .group(P, 2)
                .entry(7, 8, 9)
                .build();
        byte[] answers = new NodeFrame.Builder()
                .answer(0, Answer.DEDUCTED, 0)
                .answer(1, Answer.CONFLICT, 3)
                .build(1);
        for (int i = 0; i < 4_000; i++) {
            refuses(damaged(random, deduct), bytes -> {
                if (ClientFrame.decode(bytes) instanceof ClientFrame.Deduct frame) {
                    frame.groups()
                            .forEach(group -> touched.addAndGet(group.entries().hashCode()));
                }
            });
            refuses(damaged(random, answers), bytes -> {
                if (NodeFrame.decode(bytes) instanceof NodeFrame.Answers frame) {
                    for (int a = 0; a < frame.count(); a++) {
                        touched.addAndGet(frame.answer(a).code() + frame.index(a) + frame.detail(a));
                    }
                }
            });
        }
    }

    @Test
    void countsThatLieAllocateNothing() {
        byte[] groups =
                ByteBuffer.allocate(9).put((byte) 3).putInt(1).putInt(4_096).array();
        // 13 times this count is 4, if one forgets that it overflows.
        byte[] answers = ByteBuffer.allocate(13)
                .put((byte) 3)
                .putInt(1)
                .putInt((int) ((4L + (1L << 32) * 9) / 13))
                .array();
        byte[] negative =
                ByteBuffer.allocate(9).put((byte) 3).putInt(1).putInt(-1).array();
        long before = allocated();
        for (int i = 0; i < 1_000; i++) {
            assertThatThrownBy(() -> ClientFrame.decode(groups)).isInstanceOf(MalformedFrameException.class);
            assertThatThrownBy(() -> NodeFrame.decode(answers)).isInstanceOf(MalformedFrameException.class);
            assertThatThrownBy(() -> NodeFrame.decode(negative)).isInstanceOf(MalformedFrameException.class);
        }
        assertThat((allocated() - before) / 3_000).isLessThan(64 << 10);
    }

    private static byte[] damaged(Random random, byte[] frame) {
        byte[] bytes = Arrays.copyOf(frame, random.nextInt(8) == 0 ? random.nextInt(frame.length + 40) : frame.length);
        for (int flips = random.nextInt(5); flips > 0 && bytes.length > 0; flips--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }

    private static void refuses(byte[] bytes, Consumer<byte[]> decoder) {
        try {
            decoder.accept(bytes);
        } catch (MalformedFrameException expected) {
            assertThat(expected).hasMessageContaining("expected: ");
        }
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }
}
