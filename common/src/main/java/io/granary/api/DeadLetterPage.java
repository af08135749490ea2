// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some dead letters, the newest first.
 *
 * @param next ask for those before this id; null if these were the last
 */
public record DeadLetterPage(
        List<DeadLetterView> deadLetters, @Nullable Long next) {
    public DeadLetterPage {
        deadLetters = List.copyOf(deadLetters);
    }
}
