// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** What differs between operating systems. */
final class Platform {
    static final boolean IS_WINDOWS =
            Ascii.toLowerCase(System.getProperty("os.name", "")).startsWith("windows");

    private Platform() {}

    /**
     * The command made deaf to Ctrl-C and to a closing terminal. Both reach every process of the terminal at once; services
     * that heard them would be gone before their users had stopped in order.
     */
    static List<String> deafToTerminal(List<String> command) {
        if (IS_WINDOWS) {
            return command;
        }
        return ImmutableList.<String>builder()
                .add("sh", "-c", "trap '' INT QUIT HUP; exec \"$@\"", "sh")
                .addAll(command)
                .build();
    }

    /** Sends a signal such as STOP. */
    static void signal(long pid, String signal) throws IOException, InterruptedException {
        if (IS_WINDOWS) {
            throw new UnsupportedOperationException("signal " + signal + " (expected: a system with signals)");
        }
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.DISCARD)
                .start();
        int status = kill.waitFor();
        if (status != 0) {
            throw new IOException("kill -%s %d: status %d (expected: 0)".formatted(signal, pid, status));
        }
    }

    /**
     * Whether all threads of a process are stopped, which they are only some time after SIGSTOP on a busy machine. Can be
     * told on Linux only; elsewhere they are taken to be.
     */
    static boolean isStopped(long pid) throws IOException {
        Path threads = Path.of("/proc", Long.toString(pid), "task");
        if (!Files.isDirectory(threads)) {
            return true;
        }
        try (DirectoryStream<Path> each = Files.newDirectoryStream(threads)) {
            for (Path thread : each) {
                String stat = Files.readString(thread.resolve("stat"));
                // "pid (name) state …", and the name may contain anything.
                if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
                    return false;
                }
            }
        } catch (NoSuchFileException threadHasEnded) {
            return false;
        }
        return true;
    }

    /** Where this user's caches are, by the XDG rules. */
    static Path cacheDirectory() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path caches = xdg == null || xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return caches.resolve("granary");
    }
}
