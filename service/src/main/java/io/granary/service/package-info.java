// SPDX-License-Identifier: Apache-2.0
/** What a process of Granary's has around what it runs: command line, Ctrl-C, exit code, log. */
@NullMarked
package io.granary.service;

import org.jspecify.annotations.NullMarked;
