// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.measure;

import com.mysql.cj.jdbc.JdbcStatement;
import io.granary.backing.DatabaseAddress;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The fastest way that is known to get ledger rows into the database: LOAD DATA. */
public final class BulkLoad {
    /** How it is done. */
    public enum Manner {
        RANDOM("ids in any order, one connection", false, 1),
        SORTED("ids sorted, one connection", true, 1),
        SORTED_TWICE("ids sorted, two connections", true, 2);

        final String text;
        final boolean sorted;
        final int connections;

        Manner(String text, boolean sorted, int connections) {
            this.text = text;
            this.sorted = sorted;
            this.connections = connections;
        }

        public String text() {
            return text;
        }
    }

    private static final String TABLE = "bench_bulk";
    private static final String LOAD = "load data local infile 'rows' into table " + TABLE
            + " character set latin1 (sku_id, @id, quantity, state, slot, epoch, time) set request_id = unhex(@id)";

    private final DatabaseAddress address;
    private final int rowsTogether;

    /** @param rowsTogether rows of one transaction */
    public BulkLoad(DatabaseAddress address, int rowsTogether) {
        this.address =
                new DatabaseAddress(address.url() + "&allowLoadLocalInfile=true", address.user(), address.password());
        this.rowsTogether = rowsTogether;
    }

    /**
     * Loads rows of new ids into a table like the ledger, each transaction on disk when it is committed.
     *
     * @return rows a second
     */
    public double run(Manner manner, int rows) throws Exception {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("drop table if exists " + TABLE);
            statement.execute("create table " + TABLE + " like deduction");
            List<List<byte[]>> files = files(manner, rows);
            long began = System.nanoTime();
            load(files);
            double seconds = (System.nanoTime() - began) / 1e9;
            try (ResultSet count = statement.executeQuery("select count(*) from " + TABLE)) {
                count.next();
                if (count.getInt(1) != rows) {
                    throw new IllegalStateException(
                            "rows loaded: %,d (expected: %,d)".formatted(count.getInt(1), rows));
                }
            }
            statement.execute("drop table " + TABLE);
            return rows / seconds;
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(address.url(), address.user(), address.password());
    }

    private void load(List<List<byte[]>> files) throws Exception {
        ExecutorService loaders = Executors.newFixedThreadPool(files.size());
        try {
            List<Callable<Void>> each = new ArrayList<>();
            for (List<byte[]> some : files) {
                each.add(() -> {
                    loadAll(some);
                    return null;
                });
            }
            for (Future<Void> done : loaders.invokeAll(each)) {
                done.get();
            }
        } finally {
            loaders.shutdown();
        }
    }

    private void loadAll(List<byte[]> files) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("set unique_checks = 0, foreign_key_checks = 0");
            for (byte[] file : files) {
                statement.unwrap(JdbcStatement.class).setLocalInfileInputStream(new ByteArrayInputStream(file));
                statement.execute(LOAD);
            }
        }
    }

    /** For each connection its files, one a transaction. */
    private List<List<byte[]>> files(Manner manner, int rows) {
        SplittableRandom random = new SplittableRandom(rows);
        String[] ids = new String[rows];
        HexFormat hex = HexFormat.of();
        Arrays.setAll(ids, i -> hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong()));
        List<List<byte[]>> files = new ArrayList<>();
        int share = (rows + manner.connections - 1) / manner.connections;
        for (int connection = 0; connection < manner.connections; connection++) {
            List<byte[]> own = new ArrayList<>();
            int end = Math.min(rows, (connection + 1) * share);
            for (int from = connection * share; from < end; from += rowsTogether) {
                own.add(file(ids, from, Math.min(end, from + rowsTogether), manner.sorted));
            }
            files.add(own);
        }
        return files;
    }

    private static byte[] file(String[] ids, int from, int to, boolean sorted) {
        if (sorted) {
            Arrays.sort(ids, from, to, Comparator.naturalOrder());
        }
        StringBuilder text = new StringBuilder((to - from) * 64);
        for (int i = from; i < to; i++) {
            text.append("1\t").append(ids[i]).append("\t1\t1\t0\t1\t1700000000000\n");
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
