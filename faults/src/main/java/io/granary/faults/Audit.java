// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.Sets;
import io.granary.embedded.demo.Findings;
import io.granary.embedded.demo.Findings.Wrong;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Compares what buyers were told with what MySQL says, when all is sold and settlement has caught up. It has only the
 * journal's file and SQL of its own, and shares no code with the services. Used by one thread.
 */
final class Audit {
    /** What is known of an order, by its SKU and its id. */
    private static final class Order {
        final String sku;
        final String name;
        final int quantity;
        /** When the first call that was told DEDUCTED ended. */
        long deductedAt = Long.MAX_VALUE;

        long lastAsked = Long.MIN_VALUE;
        /** What the call that began last was told. */
        String lastTold = "nothing";

        boolean everUnknown;
        boolean inLedger;

        Order(String sku, String name, int quantity) {
            this.sku = sku;
            this.name = name;
            this.quantity = quantity;
        }

        boolean isDeducted() {
            return deductedAt != Long.MAX_VALUE;
        }
    }

    private record Call(long asked, Order order) {}

    private record Denial(long asked, Order order) {}

    /**
     * What came out.
     *
     * @param orders that were asked for
     * @param deducted orders that buyers know to be theirs
     * @param refused orders that buyers know to be refused
     * @param doubtful orders of which a call ended unknown, and how many of those are in the ledger
     */
    record Result(
            Findings findings,
            long orders,
            long deducted,
            long refused,
            long doubtful,
            long doubtfulInLedger,
            long ledgerRows,
            long unitsSent,
            long unitsReceived,
            long unitsSold,
            long unitsLeft) {}

    private static final String LEDGER = """
            select s.code, lower(hex(d.request_id)), d.quantity
            from deduction d join sku s on s.id = d.sku_id
            where d.state = 1""";
    private static final String SKUS = """
            select s.code, s.inventory, s.pool, s.actual, s.received, s.sold, s.written_off,
                   coalesce((select sum(p.granted - p.consumed - p.returned) from `partition` p where p.sku_id = s.id), 0),
                   coalesce((select sum(d.quantity) from deduction d where d.sku_id = s.id and d.state = 1), 0)
            from sku s""";
    /** They say of an order that it is not sold. */
    private static final Set<String> DENIALS = Set.of("SOLD_OUT", "INSUFFICIENT", "NO_SUCH_SKU");
    /** Besides those: they say only that this call did nothing. */
    private static final Set<String> REFUSALS = Set.copyOf(Sets.union(DENIALS, Set.of("THROTTLED", "UNAVAILABLE")));

    private final Findings findings = new Findings();
    private final Map<String, Order> orders = new HashMap<>();
    private final Map<String, Long> sent = new HashMap<>();
    private final Map<String, Long> acknowledged = new HashMap<>();
    private long ledgerRows;
    private long received;
    private long sold;
    private long left;

    /**
     * Judges.
     *
     * @throws IOException if the journal can't be read
     * @throws SQLException if the database can't be asked
     */
    static Result of(Path journal, Connection database) throws IOException, SQLException {
        Audit audit = new Audit();
        audit.read(journal);
        audit.compare(database);
        return audit.result();
    }

    private void read(Path journal) throws IOException {
        ObjectMapper json = new ObjectMapper();
        Map<Long, Call> open = new HashMap<>();
        Set<Denial> denials = new HashSet<>();
        Map<String, JsonNode> updates = new HashMap<>();
        try (BufferedReader lines = Files.newBufferedReader(journal)) {
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                JsonNode line = json.readTree(text);
                if (line.has("quantity")) {
                    String sku = line.get("sku").asText();
                    String name = name(sku, line.get("id").asText());
                    int quantity = line.get("quantity").asInt();
                    Order order = orders.computeIfAbsent(name, fresh -> new Order(sku, fresh, quantity));
                    if (order.quantity != quantity) {
                        throw new IOException(name + ": quantity " + quantity + " (expected: " + order.quantity + ")");
                    }
                    order.lastAsked = line.get("at").asLong();
                    order.lastTold = "nothing";
                    open.put(line.get("call").asLong(), new Call(order.lastAsked, order));
                } else if (line.has("told")) {
                    Call call = open.remove(line.get("call").asLong());
                    if (call == null) {
                        throw new IOException("journal: " + text + " (expected: the answer to a call that is open)");
                    }
                    told(call, told(line), line.get("at").asLong(), denials);
                } else if (line.has("sent")) {
                    JsonNode update = updates.remove(line.get("update").asText());
                    if (update == null) {
                        throw new IOException("journal: " + text + " (expected: an update that was asked for)");
                    }
                    sent.merge(update.get("sku").asText(), update.get("units").asLong(), Long::sum);
                } else {
                    updates.put(line.get("update").asText(), line);
                }
            }
        }
        open.values().forEach(call -> call.order().everUnknown = true);
        updates.values().forEach(update -> findings.add(Wrong.FAILED, "never sent: " + update));
        for (Denial denial : denials) {
            if (denial.asked() > denial.order().deductedAt) {
                findings.add(Wrong.ANSWER_CHANGED, denial.order().name);
            }
        }
    }

    /** INSUFFICIENT without saying how many are left means that not all could be asked: no more than UNAVAILABLE. */
    private static String told(JsonNode answer) {
        String told = answer.get("told").asText();
        return told.equals("INSUFFICIENT") && answer.get("detail").asLong() < 0 ? "UNAVAILABLE" : told;
    }

    private void told(Call call, String told, long at, Set<Denial> denials) {
        Order order = call.order();
        if (call.asked() == order.lastAsked) {
            order.lastTold = told;
        }
        if (told.equals("DEDUCTED")) {
            if (!order.isDeducted()) {
                acknowledged.merge(order.sku, (long) order.quantity, Long::sum);
            }
            order.deductedAt = Math.min(order.deductedAt, at);
        } else if (told.equals("UNKNOWN")) {
            order.everUnknown = true;
        } else if (REFUSALS.contains(told)) {
            if (DENIALS.contains(told)) {
                denials.add(new Denial(call.asked(), call.order()));
            }
        } else {
            findings.add(Wrong.FAILED, order.name + " was told " + told);
        }
    }

    private static String name(String sku, String id) {
        return sku + " " + id;
    }

    private void compare(Connection database) throws SQLException {
        database.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        database.setAutoCommit(false);
        try (Statement statement = database.createStatement()) {
            try (ResultSet rows = statement.executeQuery(LEDGER)) {
                while (rows.next()) {
                    ledgerRow(name(rows.getString(1), rows.getString(2)), rows.getInt(3));
                }
            }
            orders.forEach(this::judge);
            Set<String> known = new HashSet<>();
            try (ResultSet rows = statement.executeQuery(SKUS)) {
                while (rows.next()) {
                    known.add(rows.getString(1));
                    skuRow(rows);
                }
            }
            sent.keySet().stream()
                    .filter(sku -> !known.contains(sku))
                    .forEach(sku -> findings.add(Wrong.RECEIVED, sku + " is not in the books"));
            none(statement, "select lane, alarm from lane where alarm is not null", Wrong.STOPPED);
            none(statement, "select sku_id, slot, epoch from partition_epoch where halted", Wrong.STOPPED);
            none(statement, "select update_id, reason from stock_update where outcome <> 'APPLIED'", Wrong.DEAD_UPDATE);
            none(statement, "select sku_id, hex(request_id) from conflict", Wrong.FAILED);
        } finally {
            database.rollback();
            database.setAutoCommit(true);
        }
    }

    private void ledgerRow(String name, int quantity) {
        ledgerRows++;
        Order order = orders.get(name);
        if (order == null) {
            findings.add(Wrong.NEVER_ASKED, name);
            return;
        }
        if (order.inLedger) {
            findings.add(Wrong.NEVER_ASKED, "twice: " + name);
        }
        order.inLedger = true;
        if (quantity != order.quantity) {
            findings.add(Wrong.WRONG_QUANTITY, name + ": " + quantity + " (expected: " + order.quantity + ")");
        }
    }

    private void judge(String name, Order order) {
        if (order.isDeducted()) {
            if (!order.inLedger) {
                findings.add(Wrong.LOST_ACKNOWLEDGEMENT, name);
            }
        } else if (!REFUSALS.contains(order.lastTold)) {
            findings.add(Wrong.UNKNOWN, name);
        } else if (order.inLedger) {
            findings.add(order.everUnknown ? Wrong.RESOLVED_OTHERWISE : Wrong.REFUSED_BUT_SOLD, name);
        }
    }

    private void skuRow(ResultSet row) throws SQLException {
        String code = row.getString(1);
        long inventory = row.getLong(2);
        long pool = row.getLong(3);
        long actual = row.getLong(4);
        long skuReceived = row.getLong(5);
        long skuSold = row.getLong(6);
        long writtenOff = row.getLong(7);
        long held = row.getLong(8);
        long ledger = row.getLong(9);
        received += skuReceived;
        sold += skuSold;
        left += actual;
        String all = "%s: received %d, sold %d, written off %d, inventory %d, pool %d, actual %d, held %d, ledger %d"
                .formatted(code, skuReceived, skuSold, writtenOff, inventory, pool, actual, held, ledger);
        if (skuReceived != sent.getOrDefault(code, 0L)) {
            findings.add(Wrong.RECEIVED, all + " (expected to be received: " + sent.getOrDefault(code, 0L) + ")");
        }
        if (acknowledged.getOrDefault(code, 0L) > skuReceived || skuSold > skuReceived || ledger > skuReceived) {
            findings.add(Wrong.OVERSOLD, all + ", acknowledged " + acknowledged.getOrDefault(code, 0L));
        }
        if (skuReceived != skuSold + actual + writtenOff
                || actual != pool + inventory
                || pool != held
                || skuSold != ledger
                || inventory < 0
                || pool < 0) {
            findings.add(Wrong.ACCOUNTS, all);
        }
        if (actual != 0 || skuSold != skuReceived) {
            findings.add(Wrong.UNDERSOLD, all);
        }
    }

    private void none(Statement statement, String query, Wrong wrong) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                StringBuilder row = new StringBuilder(query).append(':');
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.append(' ').append(rows.getString(i));
                }
                findings.add(wrong, row.toString());
            }
        }
    }

    private Result result() {
        return new Result(
                findings,
                orders.size(),
                orders.values().stream().filter(Order::isDeducted).count(),
                orders.values().stream()
                        .filter(order -> !order.isDeducted() && REFUSALS.contains(order.lastTold))
                        .count(),
                orders.values().stream().filter(order -> order.everUnknown).count(),
                orders.values().stream()
                        .filter(order -> order.everUnknown && order.inLedger)
                        .count(),
                ledgerRows,
                sent.values().stream().mapToLong(Long::longValue).sum(),
                received,
                sold,
                left);
    }
}
