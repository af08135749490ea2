// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.client.GranaryClient;

/** A client and the process that it runs in. */
record SimClient(SimProcess process, GranaryClient client) {}
