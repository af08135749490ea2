// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.registry.AllocatorEntry;
import io.granary.registry.NodeEntry;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordVersionsTest {
    private static final AllocatorEntry ALLOCATOR = new AllocatorEntry("a", "a:1");
    private static final AllocatorEntry OLD_ALLOCATOR = new AllocatorEntry("old-a", "a:2", 1);
    private static final NodeEntry NODE = new NodeEntry("n", "n:1", 0);
    private static final NodeEntry OLD_NODE = new NodeEntry("old-n", "n:2", 1, 1);

    private final RecordVersions versions = new RecordVersions();

    @Test
    void asLongAsNoAllocatorIsKnownItIsWhatEverybodyReads() {
        versions.setNodes(List.of(NODE));
        assertThat(versions.version()).isEqualTo(1);

        versions.setAllocators(List.of(ALLOCATOR));
        assertThat(versions.version()).isEqualTo(2);
    }

    @Test
    void theLastOldNodeHoldsItBack() {
        versions.setAllocators(List.of(ALLOCATOR));
        versions.setNodes(List.of(NODE, OLD_NODE));
        assertThat(versions.version()).isEqualTo(1);

        versions.setNodes(List.of(NODE));
        assertThat(versions.version()).isEqualTo(2);
        assertThat(versions.behind()).isEmpty();
    }

    @Test
    void theLastOldAllocatorHoldsItBack() {
        versions.setNodes(List.of(NODE));
        versions.setAllocators(List.of(ALLOCATOR, OLD_ALLOCATOR));
        assertThat(versions.version()).isEqualTo(1);

        versions.setAllocators(List.of(ALLOCATOR));
        assertThat(versions.version()).isEqualTo(2);
    }

    @Test
    void aNewerProcessIsNoReasonForWhatIsNotKnownHere() {
        versions.setNodes(List.of(new NodeEntry("newer", "n:3", 2, 9)));
        versions.setAllocators(List.of(new AllocatorEntry("newer", "a:3", 9)));
        assertThat(versions.version()).isEqualTo(2);
    }

    @Test
    void oldProcessesThatComeWhenNodesWriteMoreAreNamed() {
        versions.setAllocators(List.of(ALLOCATOR));
        versions.setNodes(List.of(NODE));
        versions.heard(0);
        versions.heard(1);
        assertThat(versions.behind()).isEmpty();
        versions.heard(2);

        versions.setNodes(List.of(NODE, OLD_NODE));
        versions.setAllocators(List.of(ALLOCATOR, OLD_ALLOCATOR));
        assertThat(versions.behind()).containsExactly("old-a", "old-n");
        assertThat(versions.version()).as("nobody is helped by more of the old").isEqualTo(2);

        versions.setNodes(List.of(NODE));
        versions.setAllocators(List.of(ALLOCATOR));
        assertThat(versions.behind()).isEmpty();
    }
}
