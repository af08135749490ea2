// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.granary.model.PartitionId;
import io.granary.record.LogRecord;
import io.granary.registry.AllocatorEntry;
import io.granary.registry.NodeEntry;
import io.granary.registry.SkuEntry;
import io.granary.registry.SkuState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stands in the registry's nodes: a JSON object each, in UTF-8. Fields that are not known are skipped, so that a
 * newer version may add some.
 */
final class RegistryCodec {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryCodec.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private RegistryCodec() {}

    static byte[] encode(NodeEntry node) {
        ObjectNode json = JSON.createObjectNode();
        json.put("address", node.address());
        json.put("lane", node.lane());
        json.put("reads", node.reads());
        return bytes(json);
    }

    static byte[] encode(SkuEntry sku) {
        ObjectNode json = JSON.createObjectNode();
        json.put("state", sku.state().name());
        json.put("slots", sku.slots());
        return bytes(json);
    }

    static byte[] encodeAllocator(String address) {
        ObjectNode json = JSON.createObjectNode();
        json.put("address", address);
        json.put("reads", LogRecord.VERSION);
        return bytes(json);
    }

    /** The node, or nothing if the data are not a node's. */
    static Optional<NodeEntry> decodeNode(String incarnation, byte[] data) {
        JsonNode json = parse("node " + incarnation, data);
        JsonNode address = json.path("address");
        JsonNode lane = json.path("lane");
        if (!address.isTextual() || !lane.canConvertToInt()) {
            return malformed("node " + incarnation, data);
        }
        return Optional.of(new NodeEntry(incarnation, address.textValue(), lane.intValue(), reads(json)));
    }

    /** The allocator, or nothing if the data are not an allocator's. */
    static Optional<AllocatorEntry> decodeAllocator(String name, byte[] data) {
        JsonNode json = parse("allocator " + name, data);
        JsonNode address = json.path("address");
        if (!address.isTextual()) {
            return malformed("allocator " + name, data);
        }
        return Optional.of(new AllocatorEntry(name, address.textValue(), reads(json)));
    }

    private static int reads(JsonNode json) {
        return Math.max(1, json.path("reads").asInt(1));
    }

    /** The SKU, or nothing if the data are not a SKU's. */
    static Optional<SkuEntry> decodeSku(String path, byte[] data) {
        JsonNode json = parse(path, data);
        JsonNode slots = json.path("slots");
        Optional<SkuState> state = stateNamed(json.path("state").asText());
        if (state.isEmpty()
                || !slots.canConvertToInt()
                || slots.intValue() < 1
                || slots.intValue() > PartitionId.MAX_SLOTS) {
            return malformed(path, data);
        }
        return Optional.of(new SkuEntry(state.get(), slots.intValue()));
    }

    private static Optional<SkuState> stateNamed(String name) {
        for (SkuState state : SkuState.values()) {
            if (state.name().equals(name)) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }

    private static JsonNode parse(String what, byte[] data) {
        try {
            return JSON.readTree(data);
        } catch (IOException e) {
            LOG.debug("{} is no JSON", what, e);
            return JSON.missingNode();
        }
    }

    private static <T> Optional<T> malformed(String what, byte[] data) {
        LOG.warn("{}: '{}' (expected: its JSON object); skipped", what, new String(data, StandardCharsets.UTF_8));
        return Optional.empty();
    }

    private static byte[] bytes(ObjectNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }
}
