// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Makes a failing run shorter: leaves out parts of its plan, large ones first (delta debugging, Zeller and Hildebrandt,
 * 2002), as long as what is left fails in the same way. The result is a plan, which fails whenever it is run.
 */
final class Shortening {
    /** Runs that it may take. */
    static final int MOST_RUNS = 600;

    private final Supplier<Planted> planted;
    private final String way;
    private Simulation.Result best;
    private int runs;

    private Shortening(Simulation.Result failed, Supplier<Planted> planted) {
        this.planted = planted;
        best = failed;
        way = wayOf(failed);
    }

    /** The shortest run that was found to fail in the same way, which may be this one. */
    static Simulation.Result of(Simulation.Result failed, Supplier<Planted> planted) {
        return new Shortening(failed, planted).shorten();
    }

    /** Numbers and ids are not part of the way in which something fails. */
    private static String wayOf(Simulation.Result failed) {
        String failure = failed.failure();
        if (failure == null) {
            throw new IllegalArgumentException("seed " + failed.seed() + " passed (expected: a failure)");
        }
        return failure.replaceAll("[0-9a-f]{32}|[0-9]+", "#").replaceAll("\\[.*]", "[]");
    }

    private Simulation.Result shorten() {
        // What had not begun has no part in it.
        tryPlan(best.plan().withSteps(best.plan().steps().subList(0, best.stepsBegun())));
        int partsBefore;
        do {
            partsBefore = parts(best.plan());
            leaveStepsOut();
            leavePurchasesOut();
            leaveMishapsOut();
            best.plan().faults().fewer().forEach(faults -> tryPlan(best.plan().withFaults(faults)));
            leaveRushesOut();
            leaveConditionsOut();
            Plan plan = best.plan();
            tryPlan(plan.withShape(plan.slots(), 1, plan.nodes()));
            tryPlan(best.plan()
                    .withShape(1, best.plan().allocators(), best.plan().nodes()));
            tryPlan(best.plan().withShape(best.plan().slots(), best.plan().allocators(), 2));
        } while (parts(best.plan()) < partsBefore && runs < MOST_RUNS);
        return best;
    }

    private static int parts(Plan plan) {
        return plan.steps().size()
                + plan.purchases()
                + plan.mishaps()
                + plan.faults().fewer().size()
                + plan.rushes().size()
                + plan.conditions().size()
                + plan.slots()
                + plan.allocators()
                + plan.nodes();
    }

    private void leaveStepsOut() {
        for (int size = Math.max(1, best.plan().steps().size() / 2); size >= 1; size /= 2) {
            for (int from = best.plan().steps().size() - size; from >= 0; from -= size) {
                List<Plan.Step> rest = new ArrayList<>(best.plan().steps());
                rest.subList(from, Math.min(from + size, rest.size())).clear();
                tryPlan(best.plan().withSteps(rest));
            }
        }
    }

    private void leavePurchasesOut() {
        for (int i = best.plan().steps().size() - 1; i >= 0; i--) {
            if (!best.plan().steps().get(i).purchases().isEmpty()) {
                Plan.Step step = best.plan().steps().get(i);
                tryStep(i, new Plan.Step(step.pause(), List.of(), step.mishap()));
            }
        }
    }

    private void leaveMishapsOut() {
        for (int i = best.plan().steps().size() - 1; i >= 0; i--) {
            if (best.plan().steps().get(i).mishap() != Mishap.NONE) {
                Plan.Step step = best.plan().steps().get(i);
                tryStep(i, new Plan.Step(step.pause(), step.purchases(), Mishap.NONE));
            }
        }
    }

    private void leaveRushesOut() {
        for (int i = best.plan().rushes().size() - 1; i >= 0; i--) {
            List<Rush> rest = new ArrayList<>(best.plan().rushes());
            rest.remove(i);
            tryPlan(best.plan().withRushes(rest));
        }
    }

    private void leaveConditionsOut() {
        for (Trouble condition : EnumSet.allOf(Trouble.class)) {
            Set<Trouble> rest = new LinkedHashSet<>(best.plan().conditions());
            if (rest.remove(condition)) {
                tryPlan(best.plan().withConditions(rest));
            }
        }
    }

    private void tryStep(int index, Plan.Step step) {
        List<Plan.Step> steps = new ArrayList<>(best.plan().steps());
        steps.set(index, step);
        tryPlan(best.plan().withSteps(steps));
    }

    private void tryPlan(Plan plan) {
        if (runs >= MOST_RUNS || parts(plan) >= parts(best.plan())) {
            return;
        }
        runs++;
        Simulation.Result result = Simulation.run(plan, planted.get());
        if (!result.passed() && wayOf(result).equals(way)) {
            best = result;
        }
    }
}
