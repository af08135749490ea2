// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void numbersAreGroupedAndRight() {
        String shown = new Table()
                .text("SKU")
                .number("units")
                .row("A", 1_234_567L)
                .row("LONGER", 1)
                .row("none", null)
                .render();

        assertThat(shown.lines().map(String::stripTrailing))
                .containsExactly(" SKU         units", " A       1,234,567", " LONGER          1", " none");
    }

    @Test
    void aRowHasAllItsCells() {
        assertThatThrownBy(() -> new Table().text("SKU").row("A", 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
