// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.allocator.control.Leader;
import io.granary.allocator.store.SqlDecisions;
import io.granary.allocator.store.SqlViews;
import io.granary.api.LaneList;
import io.granary.api.LaneRecordView;
import io.granary.api.RepairRequest;
import io.granary.api.SkipRequest;
import io.granary.config.Check;
import io.granary.log.LaneRecord;
import io.granary.log.Read;
import io.granary.log.StockLog;
import io.granary.model.Sku;
import io.granary.record.LogRecord;
import io.granary.record.MalformedRecordException;
import io.granary.record.Section;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The lanes of the stock log, and what operators decide where Granary can't go on by itself. */
final class LaneArea implements Area {
    private static final int HEAD_BYTES = 64;
    private static final long READ_SECONDS = 10;

    private final SqlDecisions decisions;
    private final SqlViews views;
    private final StockLog log;
    private final Leader leader;

    LaneArea(SqlDecisions decisions, SqlViews views, StockLog log, Leader leader) {
        this.decisions = decisions;
        this.views = views;
        this.log = log;
        this.leader = leader;
    }

    @Override
    public void register(Endpoints endpoints) {
        endpoints
                .get("/lanes", ctx -> ctx.json(new LaneList(decisions.lanes())))
                .get("/lanes/{lane}/records/{offset}", ctx -> ctx.json(view(lane(ctx), read(ctx))))
                .post("/lanes/{lane}/records/{offset}/skip", this::skip)
                .post("/skus/{sku}/partitions/{slot}/repair", this::repair);
    }

    private void skip(Context ctx) {
        SkipRequest request = Requests.body(ctx, SkipRequest.class);
        int lane = lane(ctx);
        LaneRecord record = read(ctx);
        LaneRecordView before = view(lane, record);
        if (!before.print().equals(request.print())) {
            throw ProblemException.conflict("print: " + request.print() + " of lane " + lane + " offset "
                    + record.offset() + " (expected: " + before.print() + ", that of the record that stands there)");
        }
        if (before.problem() == null) {
            throw ProblemException.conflict("offset: " + record.offset() + " of lane " + lane
                    + " (expected: a record that can't be read; what this one says counts)");
        }
        decisions.skip(lane, record.offset(), record.print(), request.reason(), Requests.by(ctx));
        ctx.json(view(lane, record));
    }

    private void repair(Context ctx) {
        Sku sku = Requests.sku(ctx);
        RepairRequest request = Requests.body(ctx, RepairRequest.class);
        decisions.repair(
                sku,
                (int) number(ctx, "slot", Short.MAX_VALUE),
                request.consumed(),
                request.reason(),
                Requests.by(ctx));
        leader.lookAt(Set.of(sku));
        ctx.json(views.sku(sku).orElseThrow(() -> SkuArea.unknown(sku)));
    }

    private static int lane(Context ctx) {
        return (int) number(ctx, "lane", Short.MAX_VALUE);
    }

    private static long number(Context ctx, String name, long most) {
        String given = ctx.pathParam(name);
        Check.require(given.matches("[0-9]{1,18}"), name, given, "0 to " + most);
        return Check.range(name, Long.parseLong(given), 0, most);
    }

    private LaneRecord read(Context ctx) {
        int lane = lane(ctx);
        long offset = number(ctx, "offset", Long.MAX_VALUE);
        Read read = log.read(lane, offset, Duration.ofSeconds(1))
                .completeOnTimeout(
                        new Read.Failed("no answer in " + READ_SECONDS + " s"), READ_SECONDS, TimeUnit.SECONDS)
                .join();
        if (read instanceof Read.Records records) {
            return records.records().get(0);
        }
        if (read instanceof Read.Failed failed) {
            throw ProblemException.unavailable("the log can't be read now: " + failed.reason());
        }
        throw ProblemException.notFound(
                "offset: " + offset + " of lane " + lane + " (expected: one that the log has; it says: " + read + ")");
    }

    private LaneRecordView view(int lane, LaneRecord record) {
        LogRecord decoded = null;
        String problem = null;
        try {
            decoded = LogRecord.decode(record.body());
        } catch (MalformedRecordException e) {
            problem = String.valueOf(e.getMessage());
        }
        return new LaneRecordView(
                lane,
                record.offset(),
                HexFormat.of().toHexDigits(record.print()),
                Instant.ofEpochMilli(record.storedMillis()),
                record.body().length,
                HexFormat.of().formatHex(Arrays.copyOf(record.body(), Math.min(HEAD_BYTES, record.body().length))),
                problem,
                decisions.isSkipped(lane, record.offset(), record.print()),
                decoded == null ? null : decoded.writer(),
                parts(decoded));
    }

    private static List<LaneRecordView.Part> parts(@Nullable LogRecord decoded) {
        return decoded == null
                ? List.of()
                : decoded.sections().stream().map(LaneArea::part).toList();
    }

    private static LaneRecordView.Part part(Section section) {
        if (section instanceof Section.Deductions deductions) {
            return part("DEDUCTIONS", section, deductions.seq(), deductions.units());
        }
        if (section instanceof Section.Return back) {
            return part("RETURN", section, back.seq(), back.units());
        }
        return part("FENCE", section, null, 0);
    }

    private static LaneRecordView.Part part(String kind, Section section, @Nullable Long seq, long units) {
        return new LaneRecordView.Part(
                kind, section.partition().sku().code(), section.partition().slot(), section.epoch(), seq, units);
    }
}
