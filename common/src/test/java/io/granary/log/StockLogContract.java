// SPDX-License-Identifier: Apache-2.0
package io.granary.log;

import static io.granary.backing.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.granary.backing.Patience;
import io.granary.concurrent.ThreadPerTask;
import io.granary.record.LogRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every stock log must do. */
public abstract class StockLogContract {
    protected static final Duration AT_ONCE = Duration.ZERO;
    protected static final Duration LONG = Patience.of(Duration.ofSeconds(20));

    private StockLog log;

    /** Opens an empty log with two lanes at least. */
    protected abstract StockLog open() throws Exception;

    @BeforeEach
    void openLog() throws Exception {
        log = open();
    }

    @AfterEach
    void closeLog() {
        log.close();
    }

    @Test
    void appendsGetConsecutiveOffsetsFromZero() {
        for (int i = 0; i < 20; i++) {
            assertThat(append(0, "record " + i)).isEqualTo(i);
        }
    }

    @Test
    void whatWasAppendedIsReadInOrderFromAnyOffset() {
        IntStream.range(0, 30).forEach(i -> append(0, "record " + i));

        for (int from : new int[] {0, 1, 17, 29}) {
            List<LaneRecord> records = readTo(0, from, 30);
            assertThat(records)
                    .extracting(record -> new String(record.body(), UTF_8))
                    .containsExactlyElementsOf(IntStream.range(from, 30)
                            .mapToObj(i -> "record " + i)
                            .toList());
        }
    }

    @Test
    void lanesKnowNothingOfEachOther() {
        assertThat(append(0, "zero")).isEqualTo(0);
        assertThat(append(1, "one")).isEqualTo(0);
        assertThat(append(1, "another")).isEqualTo(1);

        assertThat(readTo(0, 0, 1)).hasSize(1);
        assertThat(readTo(1, 0, 2)).hasSize(2);
        assertThat(log.lanes()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void nothingStandsAtTheEnd() {
        assertThat(read(0, 0, AT_ONCE)).isInstanceOf(Read.Nothing.class);
        append(0, "record");
        readTo(0, 0, 1);
        assertThat(read(0, 1, AT_ONCE)).isInstanceOf(Read.Nothing.class);
    }

    @Test
    void aReadWaitsForARecord() {
        append(0, "before");
        readTo(0, 0, 1);

        CompletableFuture<Read> read = log.read(0, 1, LONG);
        assertThat(read).isNotDone();
        append(0, "after");

        assertThat(read.orTimeout(Patience.seconds(10), TimeUnit.SECONDS).join())
                .isInstanceOfSatisfying(Read.Records.class, found -> {
                    assertThat(found.records().get(0).offset()).isEqualTo(1);
                    assertThat(found.records().get(0).body()).isEqualTo("after".getBytes(UTF_8));
                });
    }

    @Test
    void manyReadersWaitForTheSameRecord() {
        List<CompletableFuture<Read>> reads =
                IntStream.range(0, 10).mapToObj(i -> log.read(0, 0, LONG)).toList();
        append(0, "record");

        reads.forEach(read -> assertThat(
                        read.orTimeout(Patience.seconds(10), TimeUnit.SECONDS).join())
                .isInstanceOf(Read.Records.class));
    }

    @Test
    void aReadDoesNotWaitForLongerThanItWasTold() {
        long before = System.nanoTime();
        assertThat(read(0, 0, Duration.ofMillis(300))).isInstanceOf(Read.Nothing.class);
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isBetween(Duration.ofMillis(290), Patience.of(Duration.ofSeconds(4)));
        // Nor has the first one spoilt the next.
        append(0, "record");
        assertThat(readTo(0, 0, 1)).hasSize(1);
    }

    @Test
    void anOffsetBeyondTheEndIsToldInTheEnd() {
        append(0, "record");
        readTo(0, 0, 1);

        await().atMost(LONG).untilAsserted(() -> assertThat(read(0, 5, AT_ONCE)).isEqualTo(new Read.BeyondEnd(1)));
        assertThat(read(0, 5, Duration.ofSeconds(1))).isEqualTo(new Read.BeyondEnd(1));
        assertThat(read(0, 1, AT_ONCE)).isInstanceOf(Read.Nothing.class);
    }

    @Test
    void aRecordMayBeAsLargeAsItMayBe() {
        byte[] body = new byte[LogRecord.MAX_BYTES];
        new Random(7).nextBytes(body);
        for (int i = 0; i < 5; i++) {
            assertThat(log.append(0, body).join()).isEqualTo(new Append.Stored(i));
        }

        assertThat(readTo(0, 0, 5))
                .allSatisfy(record -> assertThat(record.body()).isEqualTo(body));
    }

    @Test
    void aRecordOfNoOrTooManyBytesIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> log.append(0, new byte[0]))
                .withMessageContaining("expected: 1 to 1048576");
        assertThatIllegalArgumentException().isThrownBy(() -> log.append(0, new byte[LogRecord.MAX_BYTES + 1]));
        assertThatIllegalArgumentException().isThrownBy(() -> log.read(0, -1, AT_ONCE));
    }

    @Test
    void aLaneThatIsNotThereIsNamed() {
        int none = log.lanes();
        assertThat(log.append(none, new byte[1]).join())
                .isInstanceOfSatisfying(
                        Append.NoSuchLane.class, it -> assertThat(it.reason()).contains(none + " ", "expected: 0 to "));
        assertThat(log.read(none, 0, AT_ONCE).join())
                .isInstanceOfSatisfying(
                        Read.NoSuchLane.class, it -> assertThat(it.reason()).contains(none + " ", "expected: 0 to "));
    }

    @Test
    void appendersOfOneLaneGetPlacesOfTheirOwn() {
        List<CompletableFuture<List<Long>>> appenders = IntStream.range(0, 4)
                .mapToObj(writer -> CompletableFuture.supplyAsync(
                        () -> IntStream.range(0, 50)
                                .mapToObj(i -> append(0, writer + ":" + i))
                                .toList(),
                        new ThreadPerTask()))
                .toList();
        List<List<Long>> offsets =
                appenders.stream().map(CompletableFuture::join).toList();

        List<LaneRecord> records = readTo(0, 0, 200);
        for (int writer = 0; writer < 4; writer++) {
            assertThat(offsets.get(writer)).isSorted();
            for (int i = 0; i < 50; i++) {
                int offset = offsets.get(writer).get(i).intValue();
                assertThat(records.get(offset).body()).isEqualTo((writer + ":" + i).getBytes(UTF_8));
            }
        }
    }

    @Test
    void afterTheCloseNothingThrows() {
        log.close();

        assertThat(log.append(0, new byte[1])
                        .orTimeout(Patience.seconds(10), TimeUnit.SECONDS)
                        .join())
                .isInstanceOf(Append.Unconfirmed.class);
        assertThat(log.read(0, 0, LONG)
                        .orTimeout(Patience.seconds(10), TimeUnit.SECONDS)
                        .join())
                .isInstanceOf(Read.Failed.class);
        log.close();
    }

    protected final long append(int lane, String text) {
        Append append = log.append(lane, text.getBytes(UTF_8)).join();
        assertThat(append).isInstanceOf(Append.Stored.class);
        return ((Append.Stored) append).offset();
    }

    protected final Read read(int lane, long from, Duration wait) {
        return log.read(lane, from, wait).join();
    }

    /** Everything from an offset up to another. */
    protected final List<LaneRecord> readTo(int lane, long from, long end) {
        return readTo(log, lane, from, end);
    }

    public static List<LaneRecord> readTo(StockLog log, int lane, long from, long end) {
        List<LaneRecord> records = new ArrayList<>();
        while (from + records.size() < end) {
            long next = from + records.size();
            Read read = log.read(lane, next, LONG).join();
            assertThat(read).isInstanceOf(Read.Records.class);
            records.addAll(((Read.Records) read).records());
        }
        for (int i = 0; i < records.size(); i++) {
            assertThat(records.get(i).offset()).isEqualTo(from + i);
        }
        return records;
    }
}
