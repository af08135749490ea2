// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load.mariadb;

import java.sql.Connection;
import java.sql.SQLException;

/** Where connections come from. */
interface Connections {
    Connection open() throws SQLException;
}
