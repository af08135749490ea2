// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.util.List;

/** The latest runs of a task, the newest first. */
public record TaskHistory(String name, List<TaskRunView> runs) {
    public TaskHistory {
        runs = List.copyOf(runs);
    }
}
