// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.registry.PartitionEntry;
import java.util.Optional;
import org.apache.zookeeper.common.PathUtils;

/**
 * The only owner of the registry's paths: makes them and reads them.
 *
 * <table border="1">
 * <caption>Under the root, by default {@code /granary}</caption>
 * <tr><th>path</th><th>kind</th><th>content</th></tr>
 * <tr><td>{@code /nodes/{incarnation}}</td><td>ephemeral</td><td>JSON of the node</td></tr>
 * <tr><td>{@code /skus/{sku}}</td><td>persistent</td><td>JSON of the SKU; empty until it is published</td></tr>
 * <tr><td>{@code /skus/{sku}/partitions/{slot}.{epoch}.{incarnation}}</td><td>ephemeral</td><td>empty, the name says all</td></tr>
 * <tr><td>{@code /skus/{sku}/partitions/x{slot}.{epoch}.{incarnation}}</td><td>ephemeral</td><td>likewise, of an exhausted one</td></tr>
 * <tr><td>{@code /allocators/{name}}</td><td>ephemeral</td><td>JSON of the allocator</td></tr>
 * <tr><td>{@code /leader}</td><td>Curator's leader latch</td><td>the leader's name</td></tr>
 * </table>
 *
 * <p>SKU codes, incarnations and names are percent-encoded ({@link PathSegment}); slot and epoch are decimal, without
 * sign or leading zeros. A partition's name holds owner and epoch, so that two owners never contend for one node and
 * readers need a listing only; of a slot, the highest epoch counts.
 *
 * <p>Immutable.
 */
public final class RegistryPaths {
    public static final String DEFAULT_ROOT = "/granary";

    /** Longest incarnation or name of an allocator, in characters before encoding. */
    public static final int MAX_NAME_LENGTH = 128;

    private static final String PARTITIONS = "partitions";
    /** Before the name of an exhausted partition: no slot begins with it. */
    private static final String EXHAUSTED = "x";

    private final String root;
    private final String nodes;
    private final String skus;
    private final String allocators;
    private final String leader;

    /**
     * @param root an absolute path with at least one segment
     * @throws IllegalArgumentException if it is none
     */
    public RegistryPaths(String root) {
        if (root.equals("/")) {
            throw new IllegalArgumentException("root: / (expected: a path such as " + DEFAULT_ROOT + ")");
        }
        PathUtils.validatePath(root);
        this.root = root;
        nodes = root + "/nodes";
        skus = root + "/skus";
        allocators = root + "/allocators";
        leader = root + "/leader";
    }

    public String root() {
        return root;
    }

    public String nodes() {
        return nodes;
    }

    public String node(String incarnation) {
        return nodes + '/' + name(incarnation);
    }

    public String skus() {
        return skus;
    }

    public String sku(Sku sku) {
        return skus + '/' + PathSegment.encode(sku.code());
    }

    public String partitions(Sku sku) {
        return sku(sku) + '/' + PARTITIONS;
    }

    /**
     * @param epoch 1 or more
     * @throws IllegalArgumentException if the epoch or the incarnation is out of its range
     */
    public String partition(PartitionId partition, long epoch, String incarnation, boolean exhausted) {
        if (epoch < 1) {
            throw new IllegalArgumentException("epoch: " + epoch + " (expected: 1 or more)");
        }
        return partitions(partition.sku())
                + '/'
                + (exhausted ? EXHAUSTED : "")
                + partition.slot()
                + '.'
                + epoch
                + '.'
                + name(incarnation);
    }

    public String allocators() {
        return allocators;
    }

    public String allocator(String name) {
        return allocators + '/' + name(name);
    }

    public String leader() {
        return leader;
    }

    /** The path around this one. */
    static String parent(String path) {
        return path.substring(0, Math.max(1, path.lastIndexOf('/')));
    }

    /** The SKU whose path this is or lies around it, or nothing. */
    public Optional<Sku> skuAround(String path) {
        if (!path.startsWith(skus) || path.length() < skus.length() + 2 || path.charAt(skus.length()) != '/') {
            return Optional.empty();
        }
        int begin = skus.length() + 1;
        int end = path.indexOf('/', begin);
        return skuNamed(path.substring(begin, end < 0 ? path.length() : end));
    }

    /** The SKU of a child of {@link #skus()}, or nothing if the name is not ours. */
    public static Optional<Sku> skuNamed(String child) {
        return PathSegment.decode(child)
                .filter(code -> code.length() <= Sku.MAX_LENGTH)
                .map(Sku::new);
    }

    /** The incarnation or allocator of a child of {@link #nodes()} or {@link #allocators()}, or nothing if not ours. */
    public static Optional<String> nameOf(String child) {
        return PathSegment.decode(child);
    }

    /** The entry of a child of {@link #partitions}, or nothing if the name is not ours. */
    public static Optional<PartitionEntry> partitionNamed(String child) {
        boolean exhausted = child.startsWith(EXHAUSTED);
        int begin = exhausted ? EXHAUSTED.length() : 0;
        int first = child.indexOf('.');
        int second = child.indexOf('.', first + 1);
        if (first < 0 || second < 0) {
            return Optional.empty();
        }
        long slot = first < begin ? -1 : number(child.substring(begin, first));
        long epoch = number(child.substring(first + 1, second));
        if (slot < 0 || slot >= PartitionId.MAX_SLOTS || epoch < 1) {
            return Optional.empty();
        }
        return nameOf(child.substring(second + 1)).map(node -> new PartitionEntry((int) slot, epoch, node, exhausted));
    }

    /** The number, or -1 if it is not written as we write it. */
    private static long number(String digits) {
        if (digits.isEmpty() || digits.length() > 19 || (digits.length() > 1 && digits.charAt(0) == '0')) {
            return -1;
        }
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                return -1;
            }
        }
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException tooLarge) {
            return -1;
        }
    }

    private static String name(String name) {
        if (name.length() > MAX_NAME_LENGTH) {
            throw new IllegalArgumentException(
                    "name: " + name.length() + " characters (expected: at most " + MAX_NAME_LENGTH + ")");
        }
        return PathSegment.encode(name);
    }
}
