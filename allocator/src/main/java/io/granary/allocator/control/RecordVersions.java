// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import io.granary.record.LogRecord;
import io.granary.registry.AllocatorEntry;
import io.granary.registry.NodeEntry;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which version of records the nodes write: the highest that every live node and allocator reads, as what one node
 * writes any other may have to read, and every allocator settles. So a set that is upgraded one process at a time goes on
 * with the old version until its last old process is gone. A node never goes back: an old process that comes later can't
 * read what is written, and that is told. Lives on the leader's loop.
 */
final class RecordVersions {
    private static final Logger LOG = LoggerFactory.getLogger(RecordVersions.class);

    private Collection<NodeEntry> nodes = List.of();
    private Collection<AllocatorEntry> allocators = List.of();
    private int written = 1;
    private List<String> told = List.of();

    void setNodes(Collection<NodeEntry> live) {
        nodes = List.copyOf(live);
        tell();
    }

    void setAllocators(Collection<AllocatorEntry> live) {
        allocators = List.copyOf(live);
        tell();
    }

    /** A node says that it writes records of this version; 0 or 1 if it says nothing of it. */
    void heard(int version) {
        written = Math.max(written, version);
        tell();
    }

    /** What nodes are to write: what one writes already, or what all read; 1 as long as no allocator is known. */
    int version() {
        return Math.max(written, allocators.isEmpty() ? 1 : readByAll());
    }

    private int readByAll() {
        return IntStream.concat(
                        nodes.stream().mapToInt(NodeEntry::reads),
                        allocators.stream().mapToInt(AllocatorEntry::reads))
                .reduce(LogRecord.VERSION, Math::min);
    }

    /** The live processes that can't read what nodes write already. */
    List<String> behind() {
        return Stream.concat(
                        allocators.stream().filter(one -> one.reads() < written).map(AllocatorEntry::name),
                        nodes.stream().filter(one -> one.reads() < written).map(NodeEntry::incarnation))
                .sorted()
                .toList();
    }

    private void tell() {
        List<String> behind = behind();
        if (!behind.isEmpty() && !behind.equals(told)) {
            LOG.warn(
                    "{} can't read records of version {}, which nodes write: they stop at them (expected: processes"
                            + " that read it; replace these)",
                    behind,
                    written);
        }
        told = behind;
    }
}
