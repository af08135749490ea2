// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.DeadLetterView;
import java.util.List;

/** How dead letters are shown to people. Times are UTC. */
final class DeadLetterTables {
    private DeadLetterTables() {}

    static Table letters(List<DeadLetterView> letters) {
        Table table = new Table()
                .text("id")
                .text("noted")
                .text("update")
                .text("reason")
                .text("original")
                .text("replayed");
        letters.forEach(letter -> table.row(
                String.valueOf(letter.id()),
                letter.noted(),
                letter.updateId(),
                letter.reason(),
                letter.original(),
                letter.replayed()));
        return table;
    }
}
