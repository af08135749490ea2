// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.race;

import io.granary.benchmarks.contender.Contender;
import io.granary.benchmarks.load.Run;

/**
 * What a contender does once a round.
 *
 * @param load how hard it is asked, short: the same for all contenders that can be compared
 */
public record Heat(Contender contender, String load, Run run) {
    /** How many callers, each waiting for its answer. */
    public static Heat of(Contender contender, int inFlight, Pace pace) {
        return new Heat(contender, Integer.toString(inFlight), Run.closed(inFlight, pace.warmUp(), pace.seconds()));
    }

    /** As much as it can take: callers enough to fill every batch. */
    public static Heat saturated(Contender contender, int inFlight, Pace pace) {
        return new Heat(contender, SATURATED, Run.closed(inFlight, pace.warmUp(), pace.seconds()));
    }

    /** The name of the load that is as much as a contender can take. */
    public static final String SATURATED = "saturated";

    /** Of this heat among all. */
    public String key() {
        return contender.name() + "/" + load;
    }
}
