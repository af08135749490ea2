// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Starts everything, pauses ZooKeeper, tells the process ids, and then waits to be killed. */
final class ParentProgram {
    private ParentProgram() {}

    public static void main(String[] arguments) throws Exception {
        BackingServices services = BackingServices.at(Path.of(arguments[0])).start();
        services.zooKeeper().pause();
        List<String> pids = services.processes().stream()
                .map(process -> Long.toString(process.pid()))
                .toList();
        Path file = Path.of(arguments[1]);
        Path whole = Files.write(file.resolveSibling("pids.tmp"), pids);
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
        new CountDownLatch(1).await();
    }
}
