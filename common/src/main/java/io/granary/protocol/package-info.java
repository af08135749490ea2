// SPDX-License-Identifier: Apache-2.0
/** What services say to each other: streams of frames between clients, nodes and the leader. */
@NullMarked
package io.granary.protocol;

import org.jspecify.annotations.NullMarked;
