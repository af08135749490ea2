// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A MariaDB server that speaks MySQL's protocol; a commit is on disk before it is acknowledged. */
public final class MariaDbProcess extends BackingProcess {
    /**
     * For Connector/J: no TLS, which the server does not have; the binary collation of the database, or a connection compares
     * by utf8mb4_0900_ai_ci, in which 'a' equals 'A'.
     */
    private static final String URL_PARAMETERS = "sslMode=DISABLED&connectionCollation=utf8mb4_bin";

    private final MariaDbOptions options;
    private final Path cache;
    private final int port;

    /** Prepares a server whose data are in this folder; nothing happens before {@link #start()}. */
    public MariaDbProcess(Path directory, MariaDbOptions options) {
        this(directory, options, Platform.cacheDirectory());
    }

    /** @param cache where MariaDB's programs are, or will be */
    MariaDbProcess(Path directory, MariaDbOptions options, Path cache) {
        super("mariadb", directory, Duration.ofSeconds(15));
        this.options = options;
        this.cache = cache;
        this.port = FreePorts.orFree(options.port());
    }

    @Override
    protected List<String> prepare() throws IOException {
        MariaDbInstallation installation = installation();
        Path temporary = Folders.empty(directory().resolve("tmp"));
        Path data = directory().resolve("data");
        if (!Files.exists(data)) {
            installation.createData(data);
        }
        Path accounts = directory().resolve("accounts.sql");
        Files.write(accounts, accounts());
        List<String> command = installation.serverCommand();
        command.addAll(List.of(
                "--datadir=" + data,
                "--tmpdir=" + temporary,
                "--init-file=" + accounts,
                "--port=" + port,
                "--bind-address=127.0.0.1",
                // Relative to the data folder: a socket's path must be short.
                "--socket=mariadb.sock",
                "--pid-file=mariadb.pid",
                "--skip-ssl",
                "--skip-name-resolve",
                "--character-set-server=utf8mb4",
                "--collation-server=utf8mb4_bin",
                "--local-infile=ON",
                "--max-allowed-packet=64M",
                "--max-connections=" + options.maxConnections(),
                "--innodb-buffer-pool-size=" + options.bufferPoolMib() + "M",
                "--innodb-log-file-size=" + options.redoLogMib() + "M",
                "--innodb-flush-log-at-trx-commit=1"));
        command.addAll(options.serverArguments());
        return command;
    }

    private MariaDbInstallation installation() throws IOException {
        try {
            return MariaDbInstallation.in(cache);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackingServiceException("MariaDB: interrupted while installing", e);
        }
    }

    /** Run by the server at each start, before it accepts connections; one statement a line. */
    private List<String> accounts() {
        String account = "'%s'@'127.0.0.1'".formatted(options.user());
        return List.of(
                "CREATE DATABASE IF NOT EXISTS `%s` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;"
                        .formatted(options.database()),
                "CREATE USER IF NOT EXISTS %s;".formatted(account),
                "ALTER USER %s IDENTIFIED BY '%s';".formatted(account, options.password()),
                "GRANT ALL ON `%s`.* TO %s;".formatted(options.database(), account));
    }

    @Override
    protected boolean isReady() {
        return Probes.greets(port);
    }

    @Override
    public int port() {
        return port;
    }

    /** The database, its user and the password, for Connector/J. */
    public DatabaseAddress address() {
        String url = "jdbc:mysql://127.0.0.1:%d/%s?%s".formatted(port, options.database(), URL_PARAMETERS);
        return new DatabaseAddress(url, options.user(), options.password());
    }
}
