// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.granary.api.Problem;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The document is OpenAPI without a word that OpenAPI does not know, and its schemas are the records of io.granary.api;
 * {@code AdminIT} compares its paths with the routes.
 */
class OpenApiTest {
    /** As OpenAPI describes itself, but that a schema in it may have no keywords of its own either. */
    private static final Schema OPENAPI = SchemaRegistry.withDefaultDialect(
                    SpecificationVersion.DRAFT_2020_12,
                    registry -> registry.schemaIdResolvers(
                            ids -> ids.mapPrefix("https://spec.openapis.org/", "classpath:spec.openapis.org/")))
            .getSchema("""
                    $schema: https://json-schema.org/draft/2020-12/schema
                    $id: urn:granary:openapi
                    $ref: https://spec.openapis.org/oas/3.1/schema/2022-10-07
                    $defs:
                      schema:
                        $dynamicAnchor: meta
                        $ref: https://spec.openapis.org/oas/3.1/dialect/base
                        unevaluatedProperties: false
                    """, InputFormat.YAML);

    static JsonNode document() throws IOException {
        return YAMLMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build()
                .readTree(ApiServer.class.getResourceAsStream("openapi.yaml"));
    }

    static JsonNode schemas() throws IOException {
        return document().at("/components/schemas");
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

    @Test
    void saysOnlyWhatOpenApiKnows() throws IOException {
        assertThat(OPENAPI.validate(document())).isEmpty();
    }

    /** An unquoted comma in a description makes such a word of what follows. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/info",
                "/paths/~1api~1v1~1skus/get",
                "/paths/~1api~1v1~1skus/get/parameters/0",
                "/paths/~1api~1v1~1skus/get/parameters/1/schema",
                "/paths/~1api~1v1~1skus/get/responses/200",
                "/components/schemas/Problem",
                "/components/schemas/Health/properties/checks/items"
            })
    void aWordThatOpenApiDoesNotKnowIsFound(String place) throws IOException {
        JsonNode document = document();
        ((ObjectNode) document.at(place)).putNull("for people");

        assertThat(OPENAPI.validate(document))
                .filteredOn(error -> error.getInstanceLocation().toString().equals(place))
                .extracting(Error::getMessage)
                .anySatisfy(message -> assertThat(message).contains("'for people'"));
    }

    @Test
    void refersToWhatItHas() throws IOException {
        JsonNode document = document();

        assertThat(document.findValuesAsText("$ref"))
                .isNotEmpty()
                .allSatisfy(reference -> assertThat(reference).startsWith("#/"))
                .allSatisfy(reference -> assertThat(
                                document.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse());
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
