// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.ColumnData;
import com.github.freva.asciitable.HorizontalAlign;
import com.github.freva.asciitable.OverflowBehaviour;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Rows and columns for people; columns of numbers are aligned right. Not thread-safe. */
final class Table {
    private static final int WIDEST = 120;

    /** One column of rows of a type. */
    private record Heading(String title, HorizontalAlign align) {}

    private final List<Heading> headings = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    /** A column of texts. */
    Table text(String title) {
        headings.add(new Heading(title, HorizontalAlign.LEFT));
        return this;
    }

    /** A column of numbers. */
    Table number(String title) {
        headings.add(new Heading(title, HorizontalAlign.RIGHT));
        return this;
    }

    /** A row: a cell for each column; whole numbers are grouped, null is empty. */
    Table row(@Nullable Object... cells) {
        if (cells.length != headings.size()) {
            throw new IllegalArgumentException("cells: " + cells.length + " (expected: " + headings.size() + ")");
        }
        List<String> texts = new ArrayList<>(cells.length);
        for (Object cell : cells) {
            texts.add(shown(cell));
        }
        rows.add(texts);
        return this;
    }

    private static String shown(@Nullable Object cell) {
        if (cell == null) {
            return "";
        }
        if (cell instanceof Long || cell instanceof Integer) {
            return String.format(Locale.ROOT, "%,d", ((Number) cell).longValue());
        }
        return cell.toString();
    }

    String render() {
        List<ColumnData<List<String>>> columns = new ArrayList<>();
        for (int i = 0; i < headings.size(); i++) {
            columns.add(column(i));
        }
        return AsciiTable.getTable(AsciiTable.NO_BORDERS, rows, columns).stripTrailing();
    }

    private ColumnData<List<String>> column(int index) {
        Heading heading = headings.get(index);
        Function<List<String>, String> cell = row -> row.get(index);
        return new Column()
                .header(heading.title())
                .headerAlign(heading.align())
                .dataAlign(heading.align())
                .maxWidth(WIDEST, OverflowBehaviour.NEWLINE)
                .with(cell);
    }
}
