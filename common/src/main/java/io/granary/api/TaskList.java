// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.util.List;

/** All tasks, by name. */
public record TaskList(List<TaskView> tasks) {
    public TaskList {
        tasks = List.copyOf(tasks);
    }
}
