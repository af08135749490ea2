// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import io.granary.model.Quantity;
import io.granary.model.Sku;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Reads order lines from a CSV file, one after the other, with little memory however long the file is. A bad line is
 * told with its reason, and never ends the reading.
 */
final class OrderLines {
    /** The names of the columns that are read; the others are ignored. */
    record Columns(String invoice, String sku, String quantity, String date) {
        static final Columns DEFAULT = new Columns("InvoiceNo", "StockCode", "Quantity", "InvoiceDate");
    }

    /**
     * One line that can be used.
     *
     * @param position the record's number in the file: 1 is the first after the header
     * @param quantity positive: asked for; negative: given back; never 0
     */
    record Line(long position, String invoice, Sku sku, int quantity, LocalDateTime date) {}

    /** Hears each line in the order of the file. */
    interface Sink {
        void line(Line line);

        void bad(long position, BadLine reason);
    }

    /** The file can't be read as order lines at all. */
    static final class UnreadableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnreadableException(String message) {
            super(message);
        }
    }

    private static final CSVFormat FORMAT =
            CSVFormat.RFC4180.builder().setTrailingData(false).get();

    /** ISO dates, with or without time; and as the data set's first edition has them: month/day/year hour:minute. */
    private static final List<DateTimeFormatter> DATES = List.of(
            DateTimeFormatter.ofPattern("uuuu-MM-dd[[' ']['T']HH:mm[:ss]]"),
            DateTimeFormatter.ofPattern("M/d/uuuu[ H:mm[:ss]]"));

    private final int invoice;
    private final int sku;
    private final int quantity;
    private final int date;
    private final Sink sink;

    /** The last date that was read: the lines of one invoice have the same. */
    private String lastDateText = "";

    private LocalDateTime lastDate = LocalDateTime.MIN;

    private OrderLines(List<String> header, Columns columns, Sink sink) throws UnreadableException {
        this.invoice = index(header, columns.invoice());
        this.sku = index(header, columns.sku());
        this.quantity = index(header, columns.quantity());
        this.date = index(header, columns.date());
        this.sink = sink;
    }

    private static int index(List<String> header, String name) throws UnreadableException {
        int index = header.indexOf(name);
        if (index < 0) {
            throw new UnreadableException("column: " + name + " (expected: one of " + String.join(", ", header) + ")");
        }
        return index;
    }

    /**
     * Reads a file, packed by gzip or not, in UTF-8.
     *
     * @return how many lines it has, good and bad, without the header
     * @throws UnreadableException if it has no header, or not the columns
     */
    static long read(Path file, Columns columns, Sink sink) throws IOException, UnreadableException {
        try (InputStream in = open(file);
                Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            return read(reader, columns, sink);
        }
    }

    private static InputStream open(Path file) throws IOException {
        BufferedInputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        try {
            in.mark(2);
            boolean packed = in.read() == 0x1F && in.read() == 0x8B;
            in.reset();
            return packed ? new GZIPInputStream(in, 1 << 16) : in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    static long read(Reader in, Columns columns, Sink sink) throws IOException, UnreadableException {
        try (CsvRecords records = new CsvRecords(in)) {
            String header = records.next();
            if (header == null) {
                throw new UnreadableException("header: none (expected: a line with the columns' names)");
            }
            OrderLines lines = new OrderLines(header(header), columns, sink);
            long position = 0;
            for (String text = records.next(); text != null; text = records.next()) {
                position++;
                lines.take(position, text);
            }
            return position;
        }
    }

    private static List<String> header(String text) throws IOException, UnreadableException {
        String unmarked = text.startsWith("\uFEFF") ? text.substring(1) : text;
        try (CSVParser parser = CSVParser.parse(unmarked, FORMAT)) {
            List<String> names = new ArrayList<>();
            for (String name : parser.iterator().next()) {
                names.add(name.strip());
            }
            return names;
        } catch (RuntimeException e) {
            throw new UnreadableException("header: '" + unmarked + "' (expected: names, separated by commas)");
        }
    }

    private void take(long position, String text) throws IOException {
        List<CSVRecord> parsed;
        try (CSVParser parser = CSVParser.parse(text, FORMAT)) {
            parsed = parser.getRecords();
        } catch (CSVException e) {
            sink.bad(position, BadLine.BROKEN_QUOTING);
            return;
        } catch (RuntimeException e) {
            if (e.getCause() instanceof IOException) {
                sink.bad(position, BadLine.BROKEN_QUOTING);
                return;
            }
            throw e;
        }
        CSVRecord record = parsed.get(0);
        String invoiceText = value(record, invoice);
        String skuText = value(record, sku);
        String quantityText = value(record, quantity);
        String dateText = value(record, date);
        if (invoiceText.isEmpty() || skuText.isEmpty() || quantityText.isEmpty() || dateText.isEmpty()) {
            sink.bad(position, BadLine.MISSING_VALUE);
            return;
        }
        Sku parsedSku;
        try {
            parsedSku = new Sku(skuText);
        } catch (IllegalArgumentException e) {
            sink.bad(position, BadLine.SKU_NOT_VISIBLE_ASCII);
            return;
        }
        if (!isWholeNumber(quantityText)) {
            sink.bad(position, BadLine.QUANTITY_NOT_A_NUMBER);
            return;
        }
        long units = quantityText.length() > 18 ? Long.MAX_VALUE : Long.parseLong(quantityText);
        if (units == 0) {
            sink.bad(position, BadLine.QUANTITY_ZERO);
            return;
        }
        if (Math.abs(units) > Quantity.MAX) {
            sink.bad(position, BadLine.QUANTITY_OUT_OF_RANGE);
            return;
        }
        if (!dateText.equals(lastDateText)) {
            try {
                lastDate = date(dateText);
                lastDateText = dateText;
            } catch (DateTimeParseException e) {
                sink.bad(position, BadLine.BAD_DATE);
                return;
            }
        }
        sink.line(new Line(position, invoiceText, parsedSku, (int) units, lastDate));
    }

    private static String value(CSVRecord record, int index) {
        return index < record.size() ? record.get(index).strip() : "";
    }

    private static boolean isWholeNumber(String text) {
        int digits = text.charAt(0) == '-' || text.charAt(0) == '+' ? 1 : 0;
        if (digits == text.length()) {
            return false;
        }
        for (int i = digits; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /**
     * @throws DateTimeParseException if the text is a date in no form that is known
     */
    private static LocalDateTime date(String text) {
        DateTimeParseException last = new DateTimeParseException("no form", text, 0);
        for (DateTimeFormatter form : DATES) {
            try {
                return form.parseBest(text, LocalDateTime::from, LocalDate::from) instanceof LocalDateTime time
                        ? time
                        : LocalDate.parse(text, form).atStartOfDay();
            } catch (DateTimeParseException e) {
                last = e;
            }
        }
        throw last;
    }
}
