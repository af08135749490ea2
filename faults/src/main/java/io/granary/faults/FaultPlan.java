// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import io.granary.faults.Fault.Kind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * What the nemesis does, without end: the same seed and session time-out give the same faults in the same order with the
 * same pauses. Faults are drawn like cards, so that each comes once before any comes again. Not thread-safe.
 */
final class FaultPlan {
    /** How the faults of a step hang together. */
    enum Scene {
        /** One fault. */
        SINGLE,
        /** Two to four at about the same time. */
        SEVERAL,
        /** A node is lost, and about when another takes over from it, something else happens. */
        TAKEOVER
    }

    /**
     * Faults that overlap. The next step begins when they are undone.
     *
     * @param pauseMillis how long nothing happens before
     */
    record Step(Scene scene, int pauseMillis, List<Fault> faults) {}

    private record Card(Kind kind, String group) {}

    private static final List<Card> TAKEOVER_BEGINS = List.of(
            new Card(Kind.KILL, Target.NODE),
            new Card(Kind.PAUSE, Target.NODE),
            new Card(Kind.BLACK_HOLE, Target.NODE_TO_ZOOKEEPER));
    private static final List<Card> TAKEOVER_IS_DISTURBED = List.of(
            new Card(Kind.KILL, Target.NODE),
            new Card(Kind.PAUSE, Target.NODE),
            new Card(Kind.KILL, Target.ALLOCATOR),
            new Card(Kind.PAUSE, Target.ALLOCATOR),
            new Card(Kind.KILL, Target.BROKER),
            new Card(Kind.KILL, Target.MARIADB),
            new Card(Kind.KILL, Target.ZOOKEEPER),
            new Card(Kind.CUT, Target.NODE_TO_BROKER),
            new Card(Kind.BLACK_HOLE, Target.LEADER_TO_NODE),
            new Card(Kind.CUT, Target.ALLOCATOR_TO_MARIADB));

    private final Random random;
    private final int sessionMillis;
    private final Deque<Card> cards = new ArrayDeque<>();
    private final Deque<Scene> scenes = new ArrayDeque<>();
    private final Deque<Card> beginnings = new ArrayDeque<>();
    private final Deque<Card> disturbances = new ArrayDeque<>();

    /**
     * @param sessionTimeout of the processes in the registry: what lasts longer leads to takeovers
     */
    FaultPlan(long seed, Duration sessionTimeout) {
        random = new Random(seed);
        sessionMillis = Math.toIntExact(sessionTimeout.toMillis());
    }

    Step next() {
        Scene scene = draw(
                scenes,
                List.of(
                        Scene.SINGLE,
                        Scene.SINGLE,
                        Scene.SINGLE,
                        Scene.SINGLE,
                        Scene.SEVERAL,
                        Scene.SEVERAL,
                        Scene.TAKEOVER,
                        Scene.TAKEOVER));
        int pause = between(300, 2_500);
        List<Fault> faults = new ArrayList<>();
        switch (scene) {
            case SINGLE -> faults.add(fault(draw(cards, deck()), 0, faults));
            case SEVERAL -> {
                for (int count = between(2, 4); count > 0; count--) {
                    faults.add(fault(draw(cards, deck()), between(0, 500), faults));
                }
            }
            case TAKEOVER -> {
                Card begin = draw(beginnings, TAKEOVER_BEGINS);
                int hold = sessionMillis + between(1_500, 3_500);
                faults.add(new Fault(begin.kind(), target(begin.group(), faults), 0, hold));
                // ZooKeeper notices after two thirds of the time-out at the earliest.
                int noticed = between(sessionMillis * 2 / 3, sessionMillis + 1_500);
                faults.add(fault(draw(disturbances, TAKEOVER_IS_DISTURBED), noticed, faults));
            }
        }
        return new Step(scene, pause, List.copyOf(faults));
    }

    private static List<Card> deck() {
        List<Card> deck = new ArrayList<>();
        for (String group : Target.PROCESSES) {
            // Granary's own processes more often than those that it rests on.
            int often = group.equals(Target.NODE) ? 3 : group.equals(Target.ALLOCATOR) ? 2 : 1;
            deck.addAll(Collections.nCopies(often, new Card(Kind.KILL, group)));
            deck.addAll(Collections.nCopies(often, new Card(Kind.PAUSE, group)));
            deck.add(new Card(Kind.RESTART, group));
        }
        for (String group : Target.LINKS) {
            deck.add(new Card(Kind.CUT, group));
            deck.add(new Card(Kind.BLACK_HOLE, group));
            deck.add(new Card(Kind.BREAK, group));
        }
        return deck;
    }

    private <T> T draw(Deque<T> from, List<T> all) {
        if (from.isEmpty()) {
            List<T> shuffled = new ArrayList<>(all);
            Collections.shuffle(shuffled, random);
            from.addAll(shuffled);
        }
        return from.removeFirst();
    }

    private Fault fault(Card card, int after, List<Fault> others) {
        Target target = target(card.group(), others);
        return new Fault(card.kind(), target, after, hold(card.kind()));
    }

    private int hold(Kind kind) {
        boolean pastSession = random.nextInt(5) < 2;
        return switch (kind) {
            case KILL, RESTART -> pastSession ? sessionMillis + between(500, 3_000) : between(50, 2_000);
            case PAUSE -> random.nextInt(5) < 3 ? sessionMillis + between(500, 4_000) : between(300, sessionMillis);
            case CUT, BLACK_HOLE -> pastSession ? sessionMillis + between(500, 4_000) : between(300, sessionMillis);
            case BREAK -> 0;
        };
    }

    /** One that nothing else happens to in this step; if there is none, one of the next kind. */
    private Target target(String group, List<Fault> others) {
        List<Target> free = free(group, others);
        List<String> groups = group.indexOf('>') >= 0 ? Target.LINKS : Target.PROCESSES;
        for (int next = groups.indexOf(group); free.isEmpty(); next++) {
            free = free(groups.get((next + 1) % groups.size()), others);
        }
        return free.get(random.nextInt(free.size()));
    }

    private static List<Target> free(String group, List<Fault> others) {
        List<Target> free = new ArrayList<>(Target.of(group));
        others.forEach(other -> free.remove(other.target()));
        return free;
    }

    private int between(int least, int most) {
        return least + random.nextInt(most - least + 1);
    }
}
