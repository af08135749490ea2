// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.util.List;

/** What was done, the newest first. */
public record OperationList(List<OperationView> operations) {
    public OperationList {
        operations = List.copyOf(operations);
    }
}
