// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import org.jspecify.annotations.Nullable;

/**
 * A dead letter is to be published again.
 *
 * @param document the text of a corrected JSON document; null for the same content
 */
public record ReplayRequest(@Nullable String document) {}
