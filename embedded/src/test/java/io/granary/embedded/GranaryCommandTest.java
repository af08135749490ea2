// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.service.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GranaryCommandTest {
    @ParameterizedTest
    @ValueSource(strings = {"--help", "--version", "help", "demo --help", "node --help", "embedded --help"})
    void helps(String arguments) {
        assertThat(GranaryCommand.execute(arguments.split(" "))).isEqualTo(ExitCode.OK);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sell",
                "node",
                "node --config none.conf",
                "allocator --config none.conf",
                "embedded --stock TICKET",
                "embedded --stock TICKET=many",
                "embedded --stock TICKET=-5",
                "embedded --config none.conf",
                "demo --callers 0",
                "demo --stock 0",
                "demo --stock many",
                "demo --nodes 65",
                "demo --requests 1",
                "demo --orders none.csv",
            })
    void refusesWhatCannotBeMeant(String arguments) {
        assertThat(GranaryCommand.execute(arguments.split(" "))).isEqualTo(ExitCode.BAD_ARGUMENTS);
    }

    @Test
    void refusesOrdersWithoutALineOfUse(@TempDir Path folder) throws Exception {
        Path orders = Files.writeString(
                folder.resolve("orders.csv"), "InvoiceNo,StockCode,Quantity,InvoiceDate\n1,A,0,2010-12-01\n");

        assertThat(GranaryCommand.execute("demo", "--orders", orders.toString()))
                .isEqualTo(ExitCode.BAD_ARGUMENTS);
    }

    @Test
    void theDemoRefusesAFolderThatHasSomething(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("precious"), "data");

        assertThat(GranaryCommand.execute("demo", "--data", folder.toString())).isEqualTo(ExitCode.BAD_ARGUMENTS);
        assertThat(folder.resolve("precious")).exists();
    }
}
