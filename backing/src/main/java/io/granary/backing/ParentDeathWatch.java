// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;

/**
 * Kills a process when this JVM ends, however it ends.
 *
 * <p>A shell of its own reads a pipe that this JVM holds open. When the JVM is gone, be it by kill -9, the pipe ends and the
 * shell kills the process - also one that is stopped (SIGSTOP), which could not watch for itself. {@code PR_SET_PDEATHSIG}
 * would not do: it fires when the starting <em>thread</em> ends. On Windows a shutdown hook has to do, which kill -9 evades.
 */
final class ParentDeathWatch implements AutoCloseable {
    // Not to be stopped by the Ctrl-C that stops the parent: what the parent does about it comes first.
    private static final String SCRIPT = "trap '' INT QUIT HUP TERM; read -r line; kill -KILL \"$0\"";

    private final AutoCloseable stop;

    private ParentDeathWatch(AutoCloseable stop) {
        this.stop = stop;
    }

    static ParentDeathWatch over(Process child) throws IOException {
        if (Platform.IS_WINDOWS) {
            Thread hook = new Thread(child::destroyForcibly, "kill-" + child.pid());
            Runtime.getRuntime().addShutdownHook(hook);
            return new ParentDeathWatch(() -> Runtime.getRuntime().removeShutdownHook(hook));
        }
        Process watcher = new ProcessBuilder(List.of("sh", "-c", SCRIPT, Long.toString(child.pid())))
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start();
        return new ParentDeathWatch(watcher::destroyForcibly);
    }

    /** Ends the watch; call it once the process is gone, before its id can be given to another. */
    @Override
    public void close() {
        try {
            stop.close();
        } catch (IllegalStateException jvmIsShuttingDown) {
            // Windows: the hook runs just now.
            return;
        } catch (Exception e) {
            throw new BackingServiceException("cannot end a watch", e);
        }
    }
}
