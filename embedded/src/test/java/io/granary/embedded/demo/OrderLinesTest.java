// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.embedded.demo.OrderLines.Columns;
import io.granary.embedded.demo.OrderLines.Line;
import io.granary.model.Sku;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrderLinesTest {
    private static final String HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate\n";

    private record Bad(long position, BadLine reason) {}

    private static final class Collected implements OrderLines.Sink {
        final List<Line> lines = new ArrayList<>();
        final List<Bad> bad = new ArrayList<>();

        @Override
        public void line(Line line) {
            lines.add(line);
        }

        @Override
        public void bad(long position, BadLine reason) {
            bad.add(new Bad(position, reason));
        }
    }

    private final Collected collected = new Collected();

    private long read(String text) throws Exception {
        return OrderLines.read(new StringReader(text), Columns.DEFAULT, collected);
    }

    @Test
    void readsALine() throws Exception {
        assertThat(read(HEADER + "536365,85123A,\"HEART, WHITE\",6,2010-12-01 08:26:00\n"))
                .isEqualTo(1);

        assertThat(collected.lines)
                .containsExactly(new Line(1, "536365", new Sku("85123A"), 6, LocalDateTime.of(2010, 12, 1, 8, 26)));
        assertThat(collected.bad).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1,A,x,6| MISSING_VALUE",
                "1,,x,6,2010-12-01| MISSING_VALUE",
                ",A,x,6,2010-12-01| MISSING_VALUE",
                "1,A,x,,2010-12-01| MISSING_VALUE",
                "1,A,x,6,| MISSING_VALUE",
                "1,BANK CHARGES,x,6,2010-12-01| SKU_NOT_VISIBLE_ASCII",
                "1,Ä,x,6,2010-12-01| SKU_NOT_VISIBLE_ASCII",
                "1,A,x,six,2010-12-01| QUANTITY_NOT_A_NUMBER",
                "1,A,x,6.5,2010-12-01| QUANTITY_NOT_A_NUMBER",
                "1,A,x,-,2010-12-01| QUANTITY_NOT_A_NUMBER",
                "1,A,x,0,2010-12-01| QUANTITY_ZERO",
                "1,A,x,-0,2010-12-01| QUANTITY_ZERO",
                "1,A,x,1000000001,2010-12-01| QUANTITY_OUT_OF_RANGE",
                "1,A,x,-1000000001,2010-12-01| QUANTITY_OUT_OF_RANGE",
                "1,A,x,99999999999999999999999,2010-12-01| QUANTITY_OUT_OF_RANGE",
                "1,A,x,6,yesterday| BAD_DATE",
                "1,A,x,6,2010-13-01| BAD_DATE",
                "1,A,\"x,6,2010-12-01| BROKEN_QUOTING",
                "1,A,\"x\"y,6,2010-12-01| BROKEN_QUOTING",
            })
    void tellsWhyALineIsBadAndGoesOn(String bad, BadLine reason) throws Exception {
        String good = "2,B,y,7,2010-12-01\n";

        assertThat(read(HEADER + good + bad + "\n" + good)).isEqualTo(3);

        assertThat(collected.bad).containsExactly(new Bad(2, reason));
        assertThat(collected.lines).extracting(Line::position).containsExactly(1L, 3L);
    }

    @ParameterizedTest
    @CsvSource({
        "2010-12-01 08:26:00, 2010-12-01T08:26",
        "2010-12-01 08:26, 2010-12-01T08:26",
        "2010-12-01T08:26:30, 2010-12-01T08:26:30",
        "2010-12-01, 2010-12-01T00:00",
        "12/1/2010 8:26, 2010-12-01T08:26",
        "12/31/2010, 2010-12-31T00:00",
    })
    void readsDates(String text, LocalDateTime date) throws Exception {
        read(HEADER + "1,A,x,6," + text);

        assertThat(collected.lines).extracting(Line::date).containsExactly(date);
    }

    @Test
    void readsReturnsAndTheLargestQuantities() throws Exception {
        read(HEADER + "C1,A,x,-74215,2010-12-01\n1,A,x,1000000000,2010-12-01\n1,A,x,+3,2010-12-01\n");

        assertThat(collected.lines).extracting(Line::quantity).containsExactly(-74_215, 1_000_000_000, 3);
    }

    @Test
    void readsQuotedLineEndsBlankLinesCrLfAndAByteOrderMark() throws Exception {
        assertThat(read("\uFEFF" + HEADER.replace("\n", "\r\n")
                        + "1,A,\"two\r\nlines, and \"\"quotes\"\"\",1,2010-12-01\r\n\r\n"
                        + "2,B,12\" RULER,2,2010-12-01\r\n"))
                .isEqualTo(2);

        assertThat(collected.lines).extracting(Line::quantity).containsExactly(1, 2);
        assertThat(collected.bad).isEmpty();
    }

    @Test
    void aQuoteThatNeverEndsCostsOneLine() throws Exception {
        StringBuilder text = new StringBuilder(HEADER).append("0,A,\"open,1,2010-12-01\n");
        for (int i = 1; i <= 10_000; i++) {
            text.append(i).append(",A,x,1,2010-12-01\n");
        }

        assertThat(read(text.toString())).isEqualTo(10_001);

        assertThat(collected.lines).hasSize(10_000);
        assertThat(collected.bad).containsExactly(new Bad(1, BadLine.BROKEN_QUOTING));
    }

    @Test
    void readsColumnsByOtherNames() throws Exception {
        OrderLines.read(
                new StringReader("when,count,product,order\n2010-12-01,6,A,1\n"),
                new Columns("order", "product", "count", "when"),
                collected);

        assertThat(collected.lines).extracting(Line::invoice).containsExactly("1");
    }

    @Test
    void namesTheColumnsThatThereAreIfOneIsMissing() {
        assertThatThrownBy(() -> read("InvoiceNo,StockCode,Amount,InvoiceDate\n"))
                .isInstanceOf(OrderLines.UnreadableException.class)
                .hasMessage("column: Quantity (expected: one of InvoiceNo, StockCode, Amount, InvoiceDate)");
        assertThatThrownBy(() -> read("\n"))
                .isInstanceOf(OrderLines.UnreadableException.class)
                .hasMessage("header: none (expected: a line with the columns' names)");
        assertThatThrownBy(() -> read("\"InvoiceNo\n"))
                .isInstanceOf(OrderLines.UnreadableException.class)
                .hasMessageContaining("header: '\"InvoiceNo'");
    }

    @Test
    void readsPackedAndPlainFilesWhateverTheirName(@TempDir Path folder) throws Exception {
        Path packed = folder.resolve("packed");
        Path plain = folder.resolve("plain.gz");
        write(packed, true);
        write(plain, false);

        assertThat(OrderLines.read(packed, Columns.DEFAULT, collected)).isEqualTo(1);
        assertThat(OrderLines.read(plain, Columns.DEFAULT, collected)).isEqualTo(1);

        assertThat(collected.lines).hasSize(2);
    }

    private static void write(Path file, boolean packed) throws IOException {
        OutputStream to = Files.newOutputStream(file);
        try (OutputStream out = packed ? new GZIPOutputStream(to) : to) {
            out.write((HEADER + "1,A,x,6,2010-12-01\n").getBytes(StandardCharsets.UTF_8));
        }
    }
}
