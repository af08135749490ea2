// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.registry.AllocatorEntry;
import io.granary.registry.NodeEntry;
import io.granary.registry.SkuEntry;
import io.granary.registry.SkuState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryCodecTest {
    @Test
    void theFormatIsWrittenInStone() {
        assertThat(new String(RegistryCodec.encode(new NodeEntry("n.1", "host:1", 3)), UTF_8))
                .isEqualTo("{\"address\":\"host:1\",\"lane\":3,\"reads\":2}");
        assertThat(new String(RegistryCodec.encode(new SkuEntry(SkuState.SELLING, 4)), UTF_8))
                .isEqualTo("{\"state\":\"SELLING\",\"slots\":4}");
        assertThat(new String(RegistryCodec.encodeAllocator("h:\"2"), UTF_8))
                .isEqualTo("{\"address\":\"h:\\\"2\",\"reads\":2}");
    }

    @Test
    void whoDoesNotSayWhatItReadsReadsRecordsOfVersion1() {
        assertThat(RegistryCodec.decodeNode("n", "{\"address\":\"h:1\",\"lane\":3}".getBytes(UTF_8)))
                .contains(new NodeEntry("n", "h:1", 3, 1));
        assertThat(RegistryCodec.decodeAllocator("a", "{\"address\":\"h:1\"}".getBytes(UTF_8)))
                .contains(new AllocatorEntry("a", "h:1", 1));
        assertThat(RegistryCodec.decodeAllocator("a", RegistryCodec.encodeAllocator("h:1")))
                .contains(new AllocatorEntry("a", "h:1", 2));
    }

    @Test
    void nodesComeBack() {
        NodeEntry node = new NodeEntry("n.1", "[::1]:80", NodeEntry.NO_LANE);
        assertThat(RegistryCodec.decodeNode("n.1", RegistryCodec.encode(node))).contains(node);
    }

    @ParameterizedTest
    @EnumSource
    void skusComeBack(SkuState state) {
        SkuEntry sku = new SkuEntry(state, 1_024);
        assertThat(RegistryCodec.decodeSku("/s", RegistryCodec.encode(sku))).contains(sku);
    }

    @Test
    void fieldsOfALaterVersionAreSkipped() {
        assertThat(RegistryCodec.decodeSku("/s", "{\"slots\":1,\"new\":{},\"state\":\"PAUSED\"}".getBytes(UTF_8)))
                .contains(new SkuEntry(SkuState.PAUSED, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "[]",
                "null",
                "{}",
                "{\"state\":\"SELLING\"}",
                "{\"state\":\"selling\",\"slots\":1}",
                "{\"state\":\"SELLING\",\"slots\":0}",
                "{\"state\":\"SELLING\",\"slots\":1025}",
                "{\"state\":\"SELLING\",\"slots\":\"1\"}",
                "{\"state\":\"SELLING\",\"slots\":99999999999}",
                "{\"state\":1,\"slots\":1}"
            })
    void anythingElseIsNoSku(String data) {
        assertThat(RegistryCodec.decodeSku("/s", data.getBytes(UTF_8))).isEmpty();
        assertThat(RegistryCodec.decodeNode("n", data.getBytes(UTF_8))).isEmpty();
    }
}
