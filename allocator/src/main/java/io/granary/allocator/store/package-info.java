// SPDX-License-Identifier: Apache-2.0
/** The books in MySQL: connections, migrations, transactions, mappers. */
@NullMarked
package io.granary.allocator.store;

import org.jspecify.annotations.NullMarked;
