// SPDX-License-Identifier: Apache-2.0
package io.granary.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.model.PartitionId;
import io.granary.model.Sku;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogRecordTest {
    private static final PartitionId P = new PartitionId(new Sku("AB"), 3);

    /** The layout is for ever: what is stored must be read by later versions. */
    @Test
    void theLayoutIsFixed() {
        byte[] entry = new byte[Entries.WIDTH];
        Entries.write(entry, 0, 1, 2, 3);
        byte[] bytes = new RecordBuilder("n1", 5, 0)
                .deductions(P, 7, 8, new Entries(entry, 0, 1))
                .returned(P, 7, 9, 10)
                .fence(P, 11)
                .build();

        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo("4701" + "0000000000000005" + "026e31" + "00000003"
                        + "01" + "024142" + "0003" + "0000000000000007" + "0000000000000008" + "00000001"
                        + "0000000000000001" + "0000000000000002" + "00000003"
                        + "02" + "024142" + "0003" + "0000000000000007" + "0000000000000009" + "000000000000000a"
                        + "03" + "024142" + "0003" + "000000000000000b");
    }

    @Test
    void theLayoutOfVersion2IsFixed() {
        byte[] bytes = new RecordBuilder("n1", 5, 0x1234, 0).fence(P, 11).build();

        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo("4702" + "0000000000000005" + "0000000000001234" + "026e31" + "00000001" + "03" + "024142"
                        + "0003" + "000000000000000b");
    }

    @Test
    void anEmptyRecordIsOne() {
        RecordBuilder builder = new RecordBuilder("", 0, 0);
        assertThat(builder.isEmpty()).isTrue();
        assertThat(LogRecord.decode(builder.build())).isEqualTo(new LogRecord(0, "", LogRecord.UNNAMED, List.of()));
    }

    @ParameterizedTest
    @ValueSource(longs = {LogRecord.UNNAMED, LogRecord.NOTHING, 0, 7, Long.MAX_VALUE})
    void whatWasAcknowledgedIsNamed(long acknowledged) {
        RecordBuilder builder = new RecordBuilder("n1", 5, acknowledged, 0);
        assertThat(builder.size()).isEqualTo(RecordBuilder.emptyBytes("n1", acknowledged));

        assertThat(LogRecord.decode(builder.build())).isEqualTo(new LogRecord(5, "n1", acknowledged, List.of()));
    }

    @Test
    void aRecordProvesWhatItNamesAndOneOfVersion1Itself() {
        assertThat(new LogRecord(0, "", 7, List.of()).proves(9)).isEqualTo(7);
        assertThat(new LogRecord(0, "", LogRecord.NOTHING, List.of()).proves(9)).isEqualTo(-1);
        assertThat(new LogRecord(0, "", LogRecord.UNNAMED, List.of()).proves(9)).isEqualTo(9);
    }

    @Test
    void noOffsetBelowTheFirstIsNamed() {
        assertThatIllegalArgumentException().isThrownBy(() -> new RecordBuilder("", 0, -3, 0));
        byte[] bytes = new RecordBuilder("", 0, LogRecord.NOTHING, 0).build();
        ByteBuffer.wrap(bytes).putLong(10, -2);
        assertThatThrownBy(() -> LogRecord.decode(bytes))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessage("acknowledged: -2 (expected: -1 or more)");
    }

    @ParameterizedTest
    @ValueSource(bytes = {-1, 0, 3})
    void anotherVersionIsRefused(byte version) {
        byte[] bytes = new RecordBuilder("", 0, 1, 0).build();
        bytes[1] = version;
        assertThatThrownBy(() -> LogRecord.decode(bytes))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessage("record: magic 71 version " + version + " (expected: 71 and 1 to 2)");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void whatIsBuiltIsDecoded(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            List<Section> sections = new ArrayList<>();
            RecordBuilder builder =
                    new RecordBuilder("node-" + i, random.nextLong(), random.nextInt(5) - 2, random.nextInt(100));
            int expected = builder.size();
            for (int s = random.nextInt(20); s > 0; s--) {
                Section section = section(random);
                sections.add(section);
                if (section instanceof Section.Deductions d) {
                    builder.deductions(d.partition(), d.epoch(), d.seq(), d.entries());
                    expected += RecordBuilder.deductionsBytes(
                            d.partition(), d.entries().count());
                } else if (section instanceof Section.Return r) {
                    builder.returned(r.partition(), r.epoch(), r.seq(), r.units());
                    expected += RecordBuilder.returnBytes(r.partition());
                } else {
                    builder.fence(section.partition(), section.epoch());
                    expected = builder.size();
                }
                assertThat(builder.size()).isEqualTo(expected);
            }
            byte[] bytes = builder.build();
            assertThat(bytes).hasSize(expected);

            LogRecord record = LogRecord.decode(bytes);
            assertThat(record.writer()).isEqualTo("node-" + i);
            assertThat(record.sections()).isEqualTo(sections);
            for (int cut = 0; cut < bytes.length; cut += 1 + random.nextInt(40)) {
                byte[] part = Arrays.copyOf(bytes, cut);
                assertThatThrownBy(() -> LogRecord.decode(part)).isInstanceOf(MalformedRecordException.class);
            }
            assertThatThrownBy(() -> LogRecord.decode(Arrays.copyOf(bytes, bytes.length + 1)))
                    .isInstanceOf(MalformedRecordException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void bytesThatAreNoneAreRefusedAndNothingElseHappens(long seed) {
        Random random = new Random(seed);
        long touched = 0;
        byte[] seedBytes = new RecordBuilder("node", 1, seed % 2 == 0 ? LogRecord.UNNAMED : seed, 0)
                .deductions(P, 1, 1, new Entries(new byte[60], 0, 3))
                .returned(P, 1, 2, 4)
                .fence(P, 2)
                .build();
        for (int i = 0; i < 4_000; i++) {
            byte[] bytes;
            if (random.nextInt(4) == 0) {
                bytes = new byte[random.nextInt(200)];
                random.nextBytes(bytes);
                if (bytes.length > 2 && random.nextBoolean()) {
                    bytes[0] = LogRecord.MAGIC;
                    bytes[1] = (byte) (1 + random.nextInt(LogRecord.VERSION));
                }
            } else {
                bytes = seedBytes.clone();
                for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
            }
            try {
                touched += touch(LogRecord.decode(bytes));
            } catch (MalformedRecordException expected) {
                assertThat(expected).hasMessageContaining("expected: ");
            }
        }
        assertThat(touched).isNotZero();
    }

    @Test
    void countsThatLieAllocateNothing() {
        byte[] sections = ByteBuffer.allocate(15)
                .put(LogRecord.MAGIC)
                .put((byte) 1)
                .putLong(0)
                .put((byte) 0)
                .putInt(Integer.MAX_VALUE)
                .array();
        byte[] entries = new RecordBuilder("", 0, 0)
                .deductions(P, 1, 1, new Entries(new byte[0], 0, 0))
                .build();
        ByteBuffer.wrap(entries).putInt(entries.length - 4, Integer.MAX_VALUE / Entries.WIDTH + 1);
        long before = allocated();
        for (int i = 0; i < 1_000; i++) {
            assertThatThrownBy(() -> LogRecord.decode(sections)).isInstanceOf(MalformedRecordException.class);
            assertThatThrownBy(() -> LogRecord.decode(entries)).isInstanceOf(MalformedRecordException.class);
        }
        assertThat((allocated() - before) / 2_000).isLessThan(64 << 10);
    }

    @Test
    void aReturnOfNothingIsRefused() {
        for (long units : new long[] {0, -1, Long.MIN_VALUE}) {
            byte[] bytes = new RecordBuilder("", 0, 0).returned(P, 1, 1, units).build();
            assertThatThrownBy(() -> LogRecord.decode(bytes))
                    .isInstanceOf(MalformedRecordException.class)
                    .hasMessage("returned units: " + units + " (expected: at least 1)");
        }
    }

    @Test
    void entriesLieWithinTheirBytes() {
        byte[] bytes = new byte[100];
        assertThat(new Entries(bytes, 0, 5).count()).isEqualTo(5);
        assertThat(new Entries(bytes, 100, 0).count()).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> new Entries(bytes, 1, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> new Entries(bytes, -1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Entries(bytes, 0, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Entries(bytes, 0, Integer.MAX_VALUE));
    }

    @Test
    void entriesAreEqualWhereverTheyStand() {
        byte[] here = new byte[40];
        byte[] there = new byte[70];
        Entries.write(here, 20, 1, -2, 3);
        Entries.write(there, 45, 1, -2, 3);

        Entries one = new Entries(here, 20, 1);
        Entries other = new Entries(there, 45, 1);
        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other).isNotEqualTo(new Entries(here, 0, 1));
        assertThat(one.high(0)).isEqualTo(1);
        assertThat(one.low(0)).isEqualTo(-2);
        assertThat(one.quantity(0)).isEqualTo(3);
    }

    private static Section section(Random random) {
        PartitionId partition = new PartitionId(
                new Sku("S".repeat(1 + random.nextInt(Sku.MAX_LENGTH))), random.nextInt(PartitionId.MAX_SLOTS));
        return switch (random.nextInt(3)) {
            case 0 -> {
                int count = random.nextInt(50);
                int offset = random.nextInt(10);
                byte[] bytes = new byte[offset + count * Entries.WIDTH + random.nextInt(10)];
                random.nextBytes(bytes);
                yield new Section.Deductions(
                        partition, random.nextLong(), random.nextLong(), new Entries(bytes, offset, count));
            }
            case 1 ->
                new Section.Return(partition, random.nextLong(), random.nextLong(), 1 + random.nextInt(1_000_000));
            default -> new Section.Fence(partition, random.nextLong());
        };
    }

    private static long touch(LogRecord record) {
        long touched = 0;
        for (Section section : record.sections()) {
            if (section instanceof Section.Deductions deductions) {
                touched += deductions.units() + deductions.entries().hashCode();
            }
        }
        return touched;
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }
}
