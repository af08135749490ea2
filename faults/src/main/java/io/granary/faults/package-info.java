// SPDX-License-Identifier: Apache-2.0
/** The fault test: Granary's services as processes of their own, a nemesis, buyers, and an audit of what is left. */
@NullMarked
package io.granary.faults;

import org.jspecify.annotations.NullMarked;
