// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.measure;

import io.granary.benchmarks.report.Figures;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/** What this machine can do at best: nobody who promises as much can be faster. */
public final class BareMachine {
    private static final int PAGE = 4_096;
    private static final int WARM_UPS = 200;
    private static final int ROUND_TRIP_WARM_UPS = 20_000;
    private static final int ENTRY_BYTES = 64;

    private BareMachine() {}

    /** Appending a page to a file and syncing it, in the folder where the data of all contenders are. */
    public static void fsync(Path folder, double seconds, Figures figures) throws Exception {
        ByteBuffer page = ByteBuffer.allocateDirect(PAGE);
        try (FileChannel file = FileChannel.open(
                folder.resolve("fsync"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE)) {
            Samples samples = Samples.of(
                    () -> {
                        page.clear();
                        while (page.hasRemaining()) {
                            file.write(page);
                        }
                        file.force(false);
                    },
                    WARM_UPS,
                    seconds);
            figures.add("bare.fsync.p50.micros", "append a page and fdatasync, p50", samples.micros(50), "us");
            figures.add("bare.fsync.p99.micros", "append a page and fdatasync, p99", samples.micros(99), "us");
        }
    }

    /** A message there and back through the loopback interface, between two threads. */
    public static void loopback(double seconds, Figures figures) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread echo = new Thread(() -> echo(server), "echo");
            echo.setDaemon(true);
            echo.start();
            try (Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
                socket.setTcpNoDelay(true);
                DataInputStream in = new DataInputStream(socket.getInputStream());
                OutputStream out = socket.getOutputStream();
                byte[] message = new byte[ENTRY_BYTES];
                Samples samples = Samples.of(
                        () -> {
                            out.write(message);
                            in.readFully(message);
                        },
                        ROUND_TRIP_WARM_UPS,
                        seconds);
                figures.add("bare.loopback.p50.micros", "loopback round trip, p50", samples.micros(50), "us");
                figures.add("bare.loopback.p99.micros", "loopback round trip, p99", samples.micros(99), "us");
            }
        }
    }

    private static void echo(ServerSocket server) {
        try (Socket socket = server.accept()) {
            socket.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            byte[] message = new byte[ENTRY_BYTES];
            while (true) {
                in.readFully(message);
                out.write(message);
            }
        } catch (IOException e) {
            // The other end has closed it.
            Thread.currentThread().interrupt();
        }
    }

    /** One thread that looks a random id up in a flat table, enters it and takes a unit, and nothing else. */
    public static void loop(Figures figures) {
        double best = 0;
        for (int i = 0; i < LOOPS; i++) {
            best = Math.max(best, loopOnce(i));
        }
        figures.add("bare.loop.per.second", "one thread: look an id up, enter it, decrement", best, "/s");
    }

    private static final int LOOPS = 4;
    private static final int LOOP_IDS = 3_000_000;
    private static final int LOOP_SLOTS = 1 << 23;

    private static double loopOnce(long seed) {
        long[] table = new long[2 * LOOP_SLOTS];
        SplittableRandom random = new SplittableRandom(seed);
        long stock = LOOP_IDS;
        long began = System.nanoTime();
        for (int i = 0; i < LOOP_IDS; i++) {
            long high = random.nextLong();
            long low = random.nextLong() | 1;
            int slot = (int) (high ^ low >>> 7) & (LOOP_SLOTS - 1);
            while (table[2 * slot + 1] != 0 && (table[2 * slot] != high || table[2 * slot + 1] != low)) {
                slot = (slot + 1) & (LOOP_SLOTS - 1);
            }
            if (table[2 * slot + 1] == 0 && stock > 0) {
                table[2 * slot] = high;
                table[2 * slot + 1] = low;
                stock--;
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        return (LOOP_IDS - stock) / seconds;
    }
}
