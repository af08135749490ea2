// SPDX-License-Identifier: Apache-2.0
/**
 * The HTTP API of the allocators, for the operators' command line and others; {@code openapi.yaml} describes it. Each
 * {@link io.granary.allocator.api.Area} has the routes of one subject; they run on threads of the server and may block,
 * for a bounded time.
 */
@NullMarked
package io.granary.allocator.api;

import org.jspecify.annotations.NullMarked;
