// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load.mariadb;

import io.granary.benchmarks.load.Shop;
import io.granary.benchmarks.load.Shops;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Shops on one database. */
public final class MariaDbShops implements Shops {
    /** Many requests in a transaction. */
    public static final String MERGED = "merged";

    /** All ways. */
    public static final List<String> WAYS = Stream.concat(
                    Arrays.stream(Way.values()).map(Way::text), Stream.of(MERGED))
            .toList();

    /** Of those that make a transaction for each request; more only wait for each other's locks. */
    private static final int CONNECTIONS = 32;
    /** Of those that merge: while one commits, the others gather. */
    private static final int MERGING_CONNECTIONS = 4;

    private static final String PARAMETERS =
            "&useServerPrepStmts=true&cachePrepStmts=true&useLocalSessionState=true&allowMultiQueries=true";

    private final String url;
    private final String user;
    private final String password;

    public MariaDbShops(String url, String user, String password) {
        this.url = url + PARAMETERS;
        this.user = user;
        this.password = password;
    }

    @Override
    public List<String> ways() {
        return WAYS;
    }

    @Override
    public Shop open(String way, String product) throws SQLException {
        int number = Integer.parseInt(product);
        if (way.equals(MERGED)) {
            return new MergingShop(this::connect, MERGING_CONNECTIONS, number);
        }
        Way chosen = Arrays.stream(Way.values())
                .filter(one -> one.text().equals(way))
                .findFirst()
                .orElseThrow();
        return new TransactionShop(this::connect, CONNECTIONS, chosen, number);
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(url, user, password);
    }

    @Override
    public void close() {}
}
