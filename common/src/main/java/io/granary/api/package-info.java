// SPDX-License-Identifier: Apache-2.0
/**
 * The messages of the allocators' HTTP API, as records: their components are the keys of the JSON documents, and stay.
 * {@code openapi.yaml} in the allocator describes them for others.
 */
@NullMarked
package io.granary.api;

import org.jspecify.annotations.NullMarked;
