// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.registry.PartitionEntry;
import java.util.HashSet;
import java.util.Set;
import org.apache.zookeeper.common.PathUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryPathsTest {
    private final RegistryPaths paths = new RegistryPaths("/granary");

    @Test
    void namesAreWhatTheDocumentationSays() {
        Sku sku = new Sku("a/b.c%~_-9");
        assertThat(paths.sku(sku)).isEqualTo("/granary/skus/a%2Fb%2Ec%25%7E_-9");
        assertThat(paths.partition(new PartitionId(sku, 7), 12, "node-1.3", false))
                .isEqualTo("/granary/skus/a%2Fb%2Ec%25%7E_-9/partitions/7.12.node-1%2E3");
        assertThat(paths.partition(new PartitionId(sku, 7), 12, "node-1.3", true))
                .isEqualTo("/granary/skus/a%2Fb%2Ec%25%7E_-9/partitions/x7.12.node-1%2E3");
        assertThat(paths.node("node-1.3")).isEqualTo("/granary/nodes/node-1%2E3");
        assertThat(paths.allocator("a:1")).isEqualTo("/granary/allocators/a%3A1");
        assertThat(paths.leader()).isEqualTo("/granary/leader");
    }

    @Test
    void everyVisibleCharacterComesBackAndNoTwoMeet() {
        Set<String> names = new HashSet<>();
        for (char c = 0x21; c <= 0x7E; c++) {
            for (String code : new String[] {"" + c, "x" + c, c + "x", "" + c + c}) {
                Sku sku = new Sku(code);
                String path = paths.sku(sku);
                PathUtils.validatePath(path);
                String child = path.substring(path.lastIndexOf('/') + 1);
                assertThat(RegistryPaths.skuNamed(child)).contains(sku);
                assertThat(RegistryPaths.parent(path)).isEqualTo(paths.skus());
                names.add(child);
            }
        }
        // "xx" comes from three of the four.
        assertThat(names).hasSize(94 * 4 - 2);
    }

    @Test
    void partitionsComeBack() {
        PartitionId partition = new PartitionId(new Sku("S"), 1_023);
        String path = paths.partition(partition, Long.MAX_VALUE, "a.b/c", false);
        assertThat(RegistryPaths.partitionNamed(path.substring(path.lastIndexOf('/') + 1)))
                .contains(new PartitionEntry(1_023, Long.MAX_VALUE, "a.b/c"));
        String exhausted = paths.partition(partition, 3, "x.1", true);
        assertThat(RegistryPaths.partitionNamed(exhausted.substring(exhausted.lastIndexOf('/') + 1)))
                .contains(new PartitionEntry(1_023, 3, "x.1", true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.2",
                "1.2.",
                "01.2.n",
                "1.02.n",
                "+1.2.n",
                "-1.2.n",
                "1.0.n",
                "1024.1.n",
                "1.9223372036854775808.n",
                "1.99999999999999999999.n",
                "1.2.n.m",
                "1.2.n%2e",
                "1.2.n%41",
                "1.2.n%",
                "1.2.n%2",
                "1.2.n%20",
                "1.2.nö",
                "a.2.n",
                "٣.2.n"
            })
    void whatIsNeverWrittenIsNotRead(String name) {
        assertThat(RegistryPaths.partitionNamed(name)).isEmpty();
    }

    @Test
    void findsTheSkuAroundAPath() {
        Sku sku = new Sku("a/b");
        assertThat(paths.skuAround(paths.sku(sku))).contains(sku);
        assertThat(paths.skuAround(paths.partitions(sku))).contains(sku);
        assertThat(paths.skuAround(paths.partition(new PartitionId(sku, 1), 1, "n", false)))
                .contains(sku);
        assertThat(paths.skuAround(paths.skus())).isEmpty();
        assertThat(paths.skuAround(paths.skus() + "x/y")).isEmpty();
        assertThat(paths.skuAround(paths.nodes() + "/n")).isEmpty();
        assertThat(paths.skuAround(paths.skus() + '/' + "a".repeat(65))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "granary", "", "/granary/", "/a//b", "/a/../b"})
    void refusesARootThatIsNone(String root) {
        assertThatThrownBy(() -> new RegistryPaths(root)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "é", "tab\t"})
    void refusesANameThatIsNone(String name) {
        assertThatThrownBy(() -> paths.node(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected");
    }

    @Test
    void refusesNamesAndEpochsOutOfRange() {
        assertThatThrownBy(() -> paths.node("n".repeat(129))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> paths.partition(new PartitionId(new Sku("S"), 0), 0, "n", false))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
