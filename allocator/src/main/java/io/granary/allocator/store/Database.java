// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.task.Task;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;
import org.apache.ibatis.mapping.Environment;
import org.apache.ibatis.session.AutoMappingUnknownColumnBehavior;
import org.apache.ibatis.session.Configuration;
import org.apache.ibatis.session.LocalCacheScope;
import org.apache.ibatis.session.SqlSessionFactory;
import org.apache.ibatis.session.SqlSessionFactoryBuilder;
import org.apache.ibatis.transaction.jdbc.JdbcTransactionFactory;
import org.flywaydb.core.Flyway;

/**
 * The connections to the books. Opening migrates the schema to what this version needs; several processes may open at
 * once, as the migration holds a lock in the database.
 *
 * <p>Transactions are READ COMMITTED: what they change they change relative to the row as it is ({@code inventory =
 * inventory - ?}) or by compare-and-set, never from what they read before, so they need no repeatable reads and are
 * spared the gap locks, on which settlers of different lanes would meet. Who needs several reads to agree asks for a
 * {@link TransactionRunner#snapshot snapshot}.
 *
 * <p>Thread-safe.
 */
public final class Database implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    // Longer than any statement of ours takes, and than InnoDB's lock wait below.
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(60);
    private static final int LOCK_WAIT_SECONDS = 5;
    private static final int MIGRATION_CONNECT_RETRIES = 10;
    private static final int MIGRATION_LOCK_RETRIES = 120;

    private final HikariDataSource dataSource;
    private final TransactionRunner transactions;

    private Database(HikariDataSource dataSource, SqlSessionFactory sessions) {
        this.dataSource = dataSource;
        transactions = new TransactionRunner(sessions);
    }

    /**
     * Connects and migrates. Blocks until that is done, while the database is not there for some 50 s at most.
     *
     * @throws org.flywaydb.core.api.FlywayException if the schema can't be migrated
     */
    public static Database open(DatabaseSettings settings) {
        HikariDataSource dataSource = new HikariDataSource(pool(settings));
        try {
            Flyway.configure()
                    .dataSource(dataSource)
                    .connectRetries(MIGRATION_CONNECT_RETRIES)
                    .connectRetriesInterval(5)
                    .lockRetryCount(MIGRATION_LOCK_RETRIES)
                    .locations("classpath:db/migration")
                    .load()
                    .migrate();
            return new Database(dataSource, sessions(dataSource));
        } catch (RuntimeException e) {
            dataSource.close();
            throw e;
        }
    }

    private static HikariConfig pool(DatabaseSettings settings) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("granary-books");
        config.setJdbcUrl(settings.url());
        config.setUsername(settings.user());
        config.setPassword(settings.password());
        config.setMaximumPoolSize(settings.poolSize());
        config.setMinimumIdle(Math.min(2, settings.poolSize()));
        config.setAutoCommit(false);
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        config.setConnectionTimeout(CONNECT_TIMEOUT.toMillis());
        // Opening waits in the migration instead, which tries again.
        config.setInitializationFailTimeout(-1);
        config.addDataSourceProperty("connectTimeout", String.valueOf(CONNECT_TIMEOUT.toMillis()));
        config.addDataSourceProperty("socketTimeout", String.valueOf(SOCKET_TIMEOUT.toMillis()));
        config.addDataSourceProperty(
                "sessionVariables", "innodb_lock_wait_timeout=" + LOCK_WAIT_SECONDS + ",time_zone='+00:00'");
        // Many rows in one statement, and no round trips for what the driver knows itself.
        config.addDataSourceProperty("rewriteBatchedStatements", "true");
        config.addDataSourceProperty("useLocalSessionState", "true");
        config.addDataSourceProperty("cachePrepStmts", "true");
        // Announces that LedgerLoad may hand rows over in a stream. There is no such folder, so that the database can't
        // ask for any file of this machine.
        config.addDataSourceProperty("allowLoadLocalInfileInPath", "/no-file-is-ever-loaded");
        config.addDataSourceProperty("cacheServerConfiguration", "true");
        return config;
    }

    private static SqlSessionFactory sessions(DataSource dataSource) {
        JdbcTransactionFactory transactions = new JdbcTransactionFactory();
        Properties properties = new Properties();
        // The pool keeps it off; switching it on for the way back would be a round trip.
        properties.setProperty("skipSetAutoCommitOnClose", "true");
        transactions.setProperties(properties);
        Configuration configuration = new Configuration(new Environment("books", transactions, dataSource));
        configuration.setMapUnderscoreToCamelCase(true);
        configuration.setArgNameBasedConstructorAutoMapping(true);
        configuration.setAutoMappingUnknownColumnBehavior(AutoMappingUnknownColumnBehavior.FAILING);
        // A session is one transaction: a second read must see what was written in between.
        configuration.setLocalCacheScope(LocalCacheScope.STATEMENT);
        configuration.setCacheEnabled(false);
        configuration.getTypeHandlerRegistry().register(SkuTypeHandler.class);
        configuration.getTypeHandlerRegistry().register(RequestIdTypeHandler.class);
        configuration.addMapper(AllocationMapper.class);
        configuration.addMapper(HoldingsMapper.class);
        configuration.addMapper(LeaderTerm.class);
        configuration.addMapper(OldEpochMapper.class);
        configuration.addMapper(OperationMapper.class);
        configuration.addMapper(RebalanceMapper.class);
        configuration.addMapper(ReconcileMapper.class);
        configuration.addMapper(StockUpdateMapper.class);
        configuration.addMapper(TaskMapper.class);
        configuration.addMapper(ViewMapper.class);
        configuration.addMapper(DecisionMapper.class);
        return new SqlSessionFactoryBuilder().build(configuration);
    }

    /** Runs work in transactions; the way to the books for nearly everybody. */
    public TransactionRunner transactions() {
        return transactions;
    }

    /** Wake-ups for one kind of task, kept in db-scheduler's own table. */
    public SchedulerBuilder wakeUps(Task<?> task) {
        return Scheduler.create(dataSource, task);
    }

    /** The bare connections, for who must see what MyBatis hides. */
    DataSource dataSource() {
        return dataSource;
    }

    /** Closes the connections; a transaction that runs fails. */
    @Override
    public void close() {
        dataSource.close();
    }
}
