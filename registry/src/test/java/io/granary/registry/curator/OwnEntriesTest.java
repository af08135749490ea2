// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.registry.curator.OwnEntries.Action;
import io.granary.registry.curator.OwnEntries.Change;
import io.granary.registry.curator.OwnEntries.Found;
import io.granary.registry.curator.OwnEntries.Reason;
import io.granary.registry.curator.OwnEntries.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnEntriesTest {
    private static final byte[] NONE = {};
    private static final byte[] DATA = {1};

    private final OwnEntries entries = new OwnEntries(4);

    @Test
    void writesWhatIsWantedInBatches() {
        for (int i = 0; i < 6; i++) {
            entries.want("/e/" + i, NONE);
        }
        assertThat(written()).containsExactly("CREATE /e/0", "CREATE /e/1", "CREATE /e/2", "CREATE /e/3");
        assertThat(written()).containsExactly("CREATE /e/4", "CREATE /e/5");
        assertThat(entries.next()).isEmpty();
        assertThat(entries.isSettled()).isTrue();
    }

    @Test
    void hasOneStepUnderWay() {
        entries.want("/a", NONE);
        assertThat(entries.next()).isPresent();
        entries.want("/b", NONE);
        assertThat(entries.next()).isEmpty();
        assertThat(entries.isSettled()).isFalse();
    }

    @Test
    void changesMeanwhileCoalesce() {
        entries.want("/a", NONE);
        entries.next();
        entries.unwant("/a");
        entries.want("/a", DATA);
        entries.want("/b", NONE);
        entries.unwant("/b");
        entries.written();
        assertThat(written()).containsExactly("UPDATE /a");
        assertThat(entries.next()).isEmpty();
        assertThat(entries.size()).isEqualTo(1);
    }

    @Test
    void whatIsUnwantedIsDeletedAndForgotten() {
        entries.want("/a", NONE);
        written();
        entries.unwant("/a");
        assertThat(written()).containsExactly("DELETE /a");
        assertThat(entries.size()).isZero();
        entries.unwant("/a");
        assertThat(entries.next()).isEmpty();
    }

    @Test
    void theSameAgainIsNoChange() {
        entries.want("/a", DATA);
        written();
        entries.want("/a", DATA.clone());
        assertThat(entries.next()).isEmpty();
    }

    @Test
    void anEntryOfAnotherSessionIsReplaced() {
        entries.want("/a", NONE);
        entries.want("/b", NONE);
        entries.next();
        entries.refused(0, Reason.OTHERWISE);
        assertThat(probe()).containsExactly("/a", "/b");
        entries.probed(List.of(Optional.of(new Found(false, NONE)), Optional.empty()));
        assertThat(written()).containsExactly("REPLACE /a", "CREATE /b");
        assertThat(entries.isSettled()).isTrue();
    }

    @Test
    void aReplacementCountsTwice() {
        for (int i = 0; i < 3; i++) {
            entries.want("/e/" + i, NONE);
        }
        entries.next();
        entries.refused(0, Reason.OTHERWISE);
        probe();
        entries.probed(List.of(
                Optional.of(new Found(false, NONE)),
                Optional.of(new Found(false, NONE)),
                Optional.of(new Found(false, NONE))));
        assertThat(written()).hasSize(2);
        assertThat(written()).hasSize(1);
    }

    @Test
    void aDeletionOfWhatIsGoneIsDone() {
        entries.want("/a", NONE);
        written();
        entries.unwant("/a");
        entries.next();
        entries.refused(0, Reason.OTHERWISE);
        probe();
        entries.probed(List.of(Optional.empty()));
        assertThat(entries.isSettled()).isTrue();
        assertThat(entries.size()).isZero();
    }

    @Test
    void aMissingPathIsMadeFirst() {
        entries.want("/g/s/x/p/1", NONE);
        entries.want("/g/s/y/p/1", NONE);
        entries.next();
        entries.refused(0, Reason.NO_PARENT);
        assertThat(entries.next())
                .contains(new Step.MakeAncestors(List.of("/g", "/g/s", "/g/s/x", "/g/s/x/p", "/g/s/y", "/g/s/y/p")));
        entries.ancestorsMade();
        probe();
        entries.probed(List.of(Optional.empty(), Optional.empty()));
        assertThat(written()).containsExactly("CREATE /g/s/x/p/1", "CREATE /g/s/y/p/1");
    }

    @Test
    void aNewSessionPublishesEverythingAgain() {
        entries.want("/a", DATA);
        entries.want("/b", NONE);
        entries.want("/c", NONE);
        written();
        entries.unwant("/c");
        entries.sessionRenewed();
        assertThat(probe()).containsExactly("/a", "/b", "/c");
        entries.probed(
                List.of(Optional.of(new Found(false, DATA)), Optional.empty(), Optional.of(new Found(false, NONE))));
        assertThat(written()).containsExactly("REPLACE /a", "CREATE /b", "DELETE /c");
    }

    @Test
    void inANewSessionTheFirstEntriesAreBackBeforeTheOthersAreLookedUp() {
        for (int i = 0; i < 6; i++) {
            entries.want("/e/" + i, NONE);
        }
        written();
        written();
        entries.sessionRenewed();
        assertThat(probe()).containsExactly("/e/0", "/e/1", "/e/2", "/e/3");
        entries.probed(
                List.of(Optional.of(new Found(false, NONE)), Optional.empty(), Optional.empty(), Optional.empty()));
        assertThat(written()).containsExactly("REPLACE /e/0", "CREATE /e/1", "CREATE /e/2");
        assertThat(written()).containsExactly("CREATE /e/3");
        assertThat(probe()).containsExactly("/e/4", "/e/5");
    }

    @Test
    void aLostAnswerIsLookedUp() {
        entries.want("/a", DATA);
        entries.next();
        entries.unanswered();
        assertThat(probe()).containsExactly("/a");
        entries.probed(List.of(Optional.of(new Found(true, DATA))));
        assertThat(entries.isSettled()).isTrue();
    }

    @Test
    void whatSomebodyTookAwayIsWrittenAgain() {
        entries.want("/a", NONE);
        entries.want("/b", NONE);
        written();
        entries.audit();
        assertThat(entries.next()).contains(new Step.Audit());
        entries.audited(Set.of("/b", "/strange"));
        assertThat(probe()).containsExactly("/a");
        entries.probed(List.of(Optional.empty()));
        assertThat(written()).containsExactly("CREATE /a");
    }

    @Test
    void aFaultyEntryDoesNotHoldUpTheOthers() {
        entries.want("/a", NONE);
        entries.want("/b", NONE);
        entries.next();
        entries.refused(0, Reason.FAULT);
        assertThat(probe()).containsExactly("/b");
        entries.probed(List.of(Optional.empty()));
        assertThat(written()).containsExactly("CREATE /b");
        assertThat(entries.next()).isEmpty();
        assertThat(entries.hasAside()).isTrue();
        assertThat(entries.isSettled()).isFalse();

        entries.retryAside();
        probe();
        entries.probed(List.of(Optional.empty()));
        assertThat(written()).containsExactly("CREATE /a");
        assertThat(entries.isSettled()).isTrue();
    }

    @Test
    void anEndlessRaceIsAFault() {
        entries.want("/a", NONE);
        for (int i = 0; !entries.hasAside(); i++) {
            assertThat(i).isLessThan(10);
            entries.next();
            entries.refused(0, Reason.OTHERWISE);
            if (!entries.hasAside()) {
                probe();
                entries.probed(List.of(Optional.empty()));
            }
        }
        assertThat(entries.next()).isEmpty();
    }

    @Test
    void refusesAnswersToWhatWasNotAsked() {
        assertThatThrownBy(entries::written).isInstanceOf(IllegalStateException.class);
        entries.want("/a", NONE);
        entries.next();
        assertThatThrownBy(() -> entries.probed(List.of())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(entries::sessionRenewed).isInstanceOf(IllegalStateException.class);
    }

    /** Against a model of ZooKeeper, with lost answers, lost sessions and meddlers: in the end, what is wanted is there. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void agreesInTheEnd(long seed) {
        Random random = new Random(seed);
        Model model = new Model();
        Map<String, byte[]> wanted = new HashMap<>();
        for (int i = 0; i < 3_000; i++) {
            String path = "/g/" + random.nextInt(5) + '/' + random.nextInt(8);
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> {
                    byte[] data = {(byte) random.nextInt(2)};
                    wanted.put(path, data);
                    entries.want(path, data);
                }
                case 3, 4 -> {
                    wanted.remove(path);
                    entries.unwant(path);
                }
                case 5 -> {
                    if (random.nextInt(20) == 0) {
                        model.session++;
                        entries.unanswered();
                        entries.sessionRenewed();
                    }
                }
                case 6 ->
                    model.nodes.entrySet().removeIf(e -> e.getValue().owner() != model.session && random.nextBoolean());
                case 7 -> {
                    if (random.nextInt(50) == 0 && !model.nodes.isEmpty()) {
                        model.nodes.remove(model.nodes.keySet().iterator().next());
                    }
                }
                default -> entries.next().ifPresent(step -> model.answer(step, random.nextInt(4)));
            }
        }
        entries.audit();
        for (Optional<Step> step = entries.next(); step.isPresent(); step = entries.next()) {
            model.answer(step.get(), 3);
        }
        entries.retryAside();
        for (Optional<Step> step = entries.next(); step.isPresent(); step = entries.next()) {
            model.answer(step.get(), 3);
        }
        // What an older session left and nobody ever knew of goes with that session.
        model.nodes.values().removeIf(node -> node.owner() != model.session);
        assertThat(entries.isSettled()).isTrue();
        assertThat(model.nodes.keySet()).isEqualTo(wanted.keySet());
        wanted.forEach((path, data) -> assertThat(model.nodes.get(path).data()).isEqualTo(data));
        assertThat(entries.size()).isEqualTo(wanted.size());
    }

    private record Node(long owner, byte[] data) {}

    /** ZooKeeper as far as it matters here. */
    private final class Model {
        long session = 1;
        final Map<String, Node> nodes = new HashMap<>();
        final Set<String> directories = new HashSet<>(Set.of("/"));

        /**
         * @param fate 0: it is not done and not answered, 1: it is done and not answered
         */
        void answer(Step step, int fate) {
            if (fate == 0) {
                entries.unanswered();
            } else if (step instanceof Step.Write write) {
                write(write, fate);
            } else if (step instanceof Step.MakeAncestors make) {
                directories.addAll(make.paths());
                entries.ancestorsMade();
            } else if (step instanceof Step.Probe probe) {
                entries.probed(probe.paths().stream()
                        .map(path -> Optional.ofNullable(nodes.get(path))
                                .map(node -> new Found(node.owner() == session, node.data())))
                        .toList());
            } else {
                entries.audited(nodes.entrySet().stream()
                        .filter(e -> e.getValue().owner() == session)
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet()));
            }
        }

        private void write(Step.Write write, int fate) {
            Map<String, Node> after = new HashMap<>(nodes);
            for (int i = 0; i < write.changes().size(); i++) {
                Change change = write.changes().get(i);
                boolean exists = after.containsKey(change.path());
                boolean shouldExist = change.action() != Action.CREATE;
                if (exists != shouldExist) {
                    entries.refused(i, Reason.OTHERWISE);
                    return;
                }
                if (change.action() == Action.DELETE) {
                    after.remove(change.path());
                    continue;
                }
                if (!directories.contains(RegistryPaths.parent(change.path()))) {
                    entries.refused(i, Reason.NO_PARENT);
                    return;
                }
                long owner = change.action() == Action.UPDATE
                        ? after.get(change.path()).owner()
                        : session;
                after.put(change.path(), new Node(owner, change.data()));
            }
            nodes.clear();
            nodes.putAll(after);
            if (fate == 1) {
                entries.unanswered();
            } else {
                entries.written();
            }
        }
    }

    private List<String> written() {
        Step step = entries.next().orElseThrow();
        List<String> changes = new ArrayList<>();
        for (Change change : ((Step.Write) step).changes()) {
            changes.add(change.action() + " " + change.path());
            assertThat(Arrays.equals(change.data(), DATA) || change.data().length == 0)
                    .isTrue();
        }
        entries.written();
        return changes;
    }

    private List<String> probe() {
        return ((Step.Probe) entries.next().orElseThrow()).paths();
    }
}
