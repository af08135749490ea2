// SPDX-License-Identifier: Apache-2.0
/** All services in one process, on backing services of their own or on others; and the command line. */
@NullMarked
package io.granary.embedded;

import org.jspecify.annotations.NullMarked;
