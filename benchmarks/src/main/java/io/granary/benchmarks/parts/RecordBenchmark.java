// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.parts;

import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.record.Entries;
import io.granary.record.LogRecord;
import io.granary.record.RecordBuilder;
import io.granary.record.Section;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What stands in the log, for each deduction: a record of one section. */
@State(Scope.Thread)
public class RecordBenchmark {
    static final int BATCH = 4_000;
    private static final String WRITER = "node-1-abcdef";
    private static final PartitionId PARTITION = new PartitionId(new Sku("HOT"), 0);
    private static final long ACKNOWLEDGED = 1_000_000;

    /** As much as a lane asks for. */
    private static final int CAPACITY =
            RecordBuilder.emptyBytes(WRITER, ACKNOWLEDGED) + RecordBuilder.deductionsBytes(PARTITION, BATCH);

    private final Entries entries = entries();
    private final byte[] record = encode();

    private static Entries entries() {
        byte[] bytes = new byte[BATCH * Entries.WIDTH];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < BATCH; i++) {
            Entries.write(bytes, i * Entries.WIDTH, random.nextLong(), random.nextLong(), 1);
        }
        return new Entries(bytes, 0, BATCH);
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public byte[] encode() {
        return new RecordBuilder(WRITER, 1_700_000_000_000L, ACKNOWLEDGED, CAPACITY)
                .deductions(PARTITION, 1, 1, entries)
                .build();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long decode() {
        long sum = 0;
        for (Section section : LogRecord.decode(record).sections()) {
            if (section instanceof Section.Deductions deductions) {
                Entries read = deductions.entries();
                for (int i = 0; i < read.count(); i++) {
                    sum += (read.high(i) ^ read.low(i)) + read.quantity(i);
                }
            }
        }
        return sum;
    }
}
