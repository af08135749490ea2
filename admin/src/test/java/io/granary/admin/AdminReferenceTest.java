// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class AdminReferenceTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "admin.md");

    @Test
    void theReferenceIsThatOfTheCommandLine() throws Exception {
        if (Boolean.getBoolean("granary.docs.write")) {
            Files.writeString(DOCUMENT, AdminReference.text());
        }
        assertThat(Files.readString(DOCUMENT))
                .as("docs/admin.md; made anew with -Dgranary.docs.write=true")
                .isEqualTo(AdminReference.text());
    }
}
