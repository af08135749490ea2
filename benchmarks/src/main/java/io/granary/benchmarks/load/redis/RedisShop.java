// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load.redis;

import io.granary.benchmarks.load.Shop;
import io.granary.benchmarks.load.Told;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A counter in Redis, and a key for each request id that expires: the script that shops use.
 */
final class RedisShop implements Shop {
    /**
     * KEYS: the counter, the request. ARGV: the quantity, for how many seconds requests are remembered.
     */
    private static final String SCRIPT = """
            if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'EX', ARGV[2]) then
              if tonumber(redis.call('GET', KEYS[1])) < tonumber(ARGV[1]) then
                redis.call('DEL', KEYS[2])
                return 0
              end
              redis.call('DECRBY', KEYS[1], ARGV[1])
            end
            return 1
            """;

    private static final byte[] QUANTITY = ascii("1");
    private static final byte[] REMEMBERED_SECONDS = ascii("600");

    private record Request(byte[] key, Caller caller) {}

    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final byte[] counter;
    private final String script;
    private final boolean pipelined;
    /** No longer than there are callers. */
    private final LinkedBlockingQueue<Request> waiting = new LinkedBlockingQueue<>();

    private final Thread writer = new Thread(this::write, "redis-writer");
    private volatile boolean closed;

    /** @param connection closed with this */
    RedisShop(StatefulRedisConnection<byte[], byte[]> connection, String product, boolean pipelined) {
        this.connection = connection;
        this.counter = ascii(product);
        this.pipelined = pipelined;
        this.script = connection.sync().scriptLoad(SCRIPT);
        connection.setAutoFlushCommands(!pipelined);
        if (pipelined) {
            writer.start();
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void deduct(long high, long low, Caller caller) {
        byte[] key =
                ByteBuffer.allocate(2 * Long.BYTES).putLong(high).putLong(low).array();
        Request request = new Request(key, caller);
        if (pipelined) {
            waiting.add(request);
        } else {
            send(request);
        }
    }

    private void send(Request request) {
        byte[][] keys = {counter, request.key()};
        var unused = connection
                .async()
                .<Long>evalsha(script, ScriptOutputType.INTEGER, keys, QUANTITY, REMEMBERED_SECONDS)
                .whenComplete((answer, fault) -> request.caller().told(told(answer, fault)));
    }

    private static Told told(Long answer, Throwable fault) {
        if (fault != null) {
            return Told.UNKNOWN;
        }
        return answer == 1 ? Told.DEDUCTED : Told.REFUSED;
    }

    private void write() {
        try {
            while (!closed) {
                Request request = waiting.take();
                while (request != null) {
                    send(request);
                    request = waiting.poll();
                }
                connection.flushCommands();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        writer.interrupt();
        connection.close();
    }
}
