// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.granary.api.Problem;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The document's schemas are the records of io.granary.api; {@code AdminIT} compares its paths with the routes. */
class OpenApiTest {
    static JsonNode schemas() throws IOException {
        return new YAMLMapper()
                .readTree(ApiServer.class.getResourceAsStream("openapi.yaml"))
                .at("/components/schemas");
    }

    static Stream<String> objects() throws IOException {
        List<String> names = new ArrayList<>();
        schemas().properties().forEach(schema -> {
            if (schema.getValue().path("type").asText().equals("object")) {
                names.add(schema.getKey());
            }
        });
        assertThat(names).contains("Problem", "Health.Check");
        return names.stream();
    }

    @ParameterizedTest
    @MethodSource("objects")
    void aSchemaIsARecord(String name) throws Exception {
        Class<?> type = Class.forName(Problem.class.getPackageName() + "." + name.replace('.', '$'));
        JsonNode schema = schemas().get(name);

        List<String> properties = new ArrayList<>();
        schema.get("properties").fieldNames().forEachRemaining(properties::add);
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(key -> required.add(key.textValue()));

        assertThat(properties)
                .containsExactly(Arrays.stream(type.getRecordComponents())
                        .map(RecordComponent::getName)
                        .toArray(String[]::new));
        assertThat(required)
                .containsExactly(Arrays.stream(type.getRecordComponents())
                        .filter(component -> !component.getAnnotatedType().isAnnotationPresent(Nullable.class))
                        .map(RecordComponent::getName)
                        .toArray(String[]::new));
    }
}
