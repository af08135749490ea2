// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import static io.granary.protocol.Answer.CONFLICT;
import static io.granary.protocol.Answer.DEDUCTED;
import static io.granary.protocol.Answer.EXCEEDS_ACTUAL;
import static io.granary.protocol.Answer.INSUFFICIENT;
import static io.granary.protocol.Answer.NOT_OWNER;
import static io.granary.protocol.Answer.THROTTLED;
import static io.granary.protocol.Answer.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.client.CallState.Next;
import io.granary.protocol.Answer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a call may do and say: docs/client.md, "Outcomes", and docs/architecture.md, "A refusal". */
class CallStateTest {
    private final CallState call = new CallState(1, 2);

    private Next ask(int slot, long epoch, Answer answer) {
        return ask(slot, epoch, answer, 0);
    }

    private Next ask(int slot, long epoch, Answer answer, long detail) {
        call.asked(slot, epoch);
        return call.answered(answer, detail);
    }

    private void giveUp(int slot, long epoch) {
        call.asked(slot, epoch);
        call.givenUp();
    }

    private void roundEndsAndAReadShows(int slots) {
        call.roundEnded(slots, true);
        call.confirm(slots);
    }

    private DeductionResult expired() {
        call.expired();
        return call.result();
    }

    @Nested
    class WithNothingOpen {
        @Test
        void deductedIsTheEnd() {
            assertThat(ask(0, 1, DEDUCTED)).isEqualTo(Next.DONE);
            assertThat(call.result()).isEqualTo(DeductionResult.of(Outcome.DEDUCTED));
        }

        @Test
        void conflictIsTheEndAndTellsTheQuantityThatStands() {
            assertThat(ask(0, 1, CONFLICT, 7)).isEqualTo(Next.DONE);
            assertThat(call.result()).isEqualTo(new DeductionResult(Outcome.CONFLICT, 7));
        }

        @Test
        void exceedsActualIsTheEndOfTheRoundAndTellsHowManyAreLeftAtMost() {
            assertThat(ask(0, 1, EXCEEDS_ACTUAL, 3)).isEqualTo(Next.OTHER_SLOT);
            assertThat(ask(1, 1, INSUFFICIENT)).isEqualTo(Next.OTHER_SLOT);
            assertThat(call.isDone()).isFalse();
            roundEndsAndAReadShows(2);
            assertThat(call.concluded(2)).isTrue();
            assertThat(call.result()).isEqualTo(new DeductionResult(Outcome.INSUFFICIENT, 3));
        }

        @Test
        void whatExceedsActualIsNoEndBeforeAReadShowsThatTheseAreAllSlots() {
            ask(0, 1, EXCEEDS_ACTUAL, 0);
            call.roundEnded(1, true);
            assertThat(call.heardAll()).isTrue();
            assertThat(call.concluded(1)).isFalse();
            assertThat(expired().outcome()).isEqualTo(Outcome.UNAVAILABLE);
        }

        @Test
        void anotherSlotMayHaveDeductedBeforeWhatExceedsActualNow() {
            assertThat(ask(0, 1, EXCEEDS_ACTUAL, 0)).isEqualTo(Next.OTHER_SLOT);
            assertThat(call.isDone()).isFalse();
            assertThat(ask(1, 1, DEDUCTED)).isEqualTo(Next.DONE);
            assertThat(call.result()).isEqualTo(DeductionResult.of(Outcome.DEDUCTED));
        }

        @Test
        void nothingIsConcludedWhileASlotIsNotHeard() {
            ask(0, 1, EXCEEDS_ACTUAL, 0);
            ask(1, 1, NOT_OWNER);
            assertThat(call.concluded(2)).isFalse();
            call.roundEnded(2, true);
            assertThat(call.heardAll()).isFalse();
            assertThat(call.asksAll()).isTrue();

            ask(0, 1, INSUFFICIENT);
            ask(1, 1, INSUFFICIENT);
            roundEndsAndAReadShows(2);
            assertThat(call.concluded(2)).isTrue();
            assertThat(call.result()).isEqualTo(DeductionResult.of(Outcome.SOLD_OUT));
        }

        @Test
        void whoHasHeardAllAsksOnlyThoseWithUnits() {
            call.askRegisteredOnly();
            assertThat(call.asksAll()).isFalse();
            ask(0, 1, INSUFFICIENT);
            call.roundEnded(2, true);
            assertThat(call.asksAll()).isTrue();

            ask(0, 1, INSUFFICIENT);
            ask(1, 1, INSUFFICIENT);
            call.roundEnded(2, true);
            assertThat(call.heardAll()).isTrue();
            assertThat(call.asksAll()).isFalse();
        }

        @Test
        void aRefusalWithoutALastWordConcludesNothing() {
            ask(0, 1, INSUFFICIENT);
            roundEndsAndAReadShows(1);
            assertThat(call.concluded(1)).isFalse();
        }

        @ParameterizedTest
        @EnumSource(names = {"INSUFFICIENT", "THROTTLED", "NOT_OWNER", "INVALID", "EXPIRED"})
        void aRefusalLeadsToTheNextSlot(Answer answer) {
            assertThat(ask(0, 1, answer)).isEqualTo(Next.OTHER_SLOT);
            assertThat(call.isOpen()).isFalse();
            assertThat(call.below()).isEqualTo(call.score(0));
        }

        @Test
        void unknownBindsTheCallToTheSlot() {
            assertThat(ask(0, 1, UNKNOWN)).isEqualTo(Next.SAME_SLOT);
            assertThat(call.isOpen()).isTrue();
            assertThat(call.slot()).isZero();
        }

        @Test
        void givingUpBindsTheCallToTheSlot() {
            giveUp(3, 1);
            assertThat(call.isOpen()).isTrue();
            assertThat(call.slot()).isEqualTo(3);
            assertThatThrownBy(() -> call.asked(2, 1)).isInstanceOf(IllegalStateException.class);
        }

        @Test
        void aWholeRoundIsAnAnswerUntilSomethingIsOpen() {
            assertThat(call.hasAnswer()).isFalse();
            call.roundEnded(2, false);
            assertThat(call.hasAnswer()).as("nobody was heard").isFalse();
            ask(0, 1, INSUFFICIENT);
            assertThat(call.hasAnswer()).as("not the whole round").isFalse();
            call.roundEnded(2, false);
            assertThat(call.hasAnswer()).isTrue();
            giveUp(0, 1);
            assertThat(call.hasAnswer()).isFalse();
            ask(0, 1, INSUFFICIENT);
            assertThat(call.hasAnswer()).isTrue();
        }

        @Test
        void theRegistryMayEndIt() {
            call.refuse(Outcome.SOLD_OUT);
            assertThat(call.result()).isEqualTo(DeductionResult.of(Outcome.SOLD_OUT));
        }
    }

    @Nested
    class WithAnAttemptOpenAtEpoch5 {
        @Test
        void insufficientOfTheSameEpochSettlesIt() {
            giveUp(0, 5);
            assertThat(ask(0, 5, INSUFFICIENT)).isEqualTo(Next.OTHER_SLOT);
            assertThat(call.isOpen()).isFalse();
        }

        @Test
        void insufficientOfALaterEpochSettlesIt() {
            giveUp(0, 5);
            assertThat(ask(0, 9, INSUFFICIENT)).isEqualTo(Next.OTHER_SLOT);
            assertThat(call.isOpen()).isFalse();
        }

        @Test
        void insufficientOfAReplacedOwnerProvesNothing() {
            giveUp(0, 5);
            assertThat(ask(0, 4, INSUFFICIENT)).isEqualTo(Next.SAME_SLOT);
            assertThat(call.isOpen()).isTrue();
        }

        @Test
        void theHighestOpenEpochCounts() {
            giveUp(0, 5);
            giveUp(0, 4);
            assertThat(ask(0, 4, INSUFFICIENT)).isEqualTo(Next.SAME_SLOT);
            giveUp(0, 6);
            assertThat(ask(0, 5, INSUFFICIENT)).isEqualTo(Next.SAME_SLOT);
            assertThat(ask(0, 6, INSUFFICIENT)).isEqualTo(Next.OTHER_SLOT);
        }

        @ParameterizedTest
        @EnumSource(names = {"NOT_OWNER", "THROTTLED", "INVALID", "EXPIRED", "UNKNOWN"})
        void whatSpeaksOnlyOfItsOwnAttemptSettlesNothing(Answer answer) {
            giveUp(0, 5);
            assertThat(ask(0, 9, answer)).isEqualTo(Next.SAME_SLOT);
            assertThat(call.isOpen()).isTrue();
            assertThat(expired().outcome()).isEqualTo(Outcome.UNKNOWN);
        }

        @Test
        void unknownOfALaterEpochRaisesWhatMustSettleIt() {
            giveUp(0, 5);
            ask(0, 9, UNKNOWN);
            assertThat(ask(0, 8, INSUFFICIENT)).isEqualTo(Next.SAME_SLOT);
            assertThat(ask(0, 9, INSUFFICIENT)).isEqualTo(Next.OTHER_SLOT);
        }

        @Test
        void exceedsActualIsTheEndOnlyFromThatEpochOn() {
            giveUp(0, 5);
            assertThat(ask(0, 4, EXCEEDS_ACTUAL, 1)).isEqualTo(Next.SAME_SLOT);
            assertThat(ask(0, 5, EXCEEDS_ACTUAL, 1)).isEqualTo(Next.OTHER_SLOT);
            roundEndsAndAReadShows(1);
            assertThat(call.concluded(1)).isTrue();
            assertThat(call.result()).isEqualTo(new DeductionResult(Outcome.INSUFFICIENT, 1));
        }

        @Test
        void conflictIsTheEndOnlyFromThatEpochOn() {
            giveUp(0, 5);
            assertThat(ask(0, 4, CONFLICT, 2)).isEqualTo(Next.SAME_SLOT);
            assertThat(ask(0, 6, CONFLICT, 2)).isEqualTo(Next.DONE);
        }

        @Test
        void deductedIsTrueWhoeverSaysSo() {
            giveUp(0, 5);
            assertThat(ask(0, 4, DEDUCTED)).isEqualTo(Next.DONE);
            assertThat(call.result().isDeducted()).isTrue();
        }

        @Test
        void noRegistryCanRefuseIt() {
            giveUp(0, 5);
            assertThatThrownBy(() -> call.refuse(Outcome.SOLD_OUT)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Nested
    class LateAnswersOfAttemptsThatWereGivenUp {
        @Test
        void deductedIsStillTrue() {
            giveUp(0, 5);
            call.asked(0, 6);
            assertThat(call.answeredLate(DEDUCTED)).isTrue();
            assertThat(call.result().isDeducted()).isTrue();
            assertThat(call.isInFlight()).isFalse();
        }

        @ParameterizedTest
        @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEDUCTED")
        void allOthersLeaveTheCallAsItIs(Answer answer) {
            giveUp(0, 5);
            call.asked(0, 6);
            assertThat(call.answeredLate(answer)).isFalse();
            assertThat(call.isOpen()).isTrue();
            assertThat(call.isInFlight()).isTrue();
        }

        @ParameterizedTest
        @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEDUCTED")
        void theySettleNothing(Answer answer) {
            giveUp(0, 5);
            assertThat(call.answeredLate(answer)).isFalse();
            assertThat(call.isOpen()).isTrue();
        }

        @Test
        void nothingChangesAnEnd() {
            giveUp(0, 5);
            expired();
            assertThat(call.answeredLate(DEDUCTED)).isFalse();
            assertThat(call.result().outcome()).isEqualTo(Outcome.UNKNOWN);
        }
    }

    @Nested
    class AtTheDeadline {
        @Test
        void anAttemptInFlightIsOpen() {
            call.asked(0, 1);
            assertThat(expired().outcome()).isEqualTo(Outcome.UNKNOWN);
        }

        @Test
        void anOpenAttemptIsUnknown() {
            giveUp(0, 1);
            assertThat(expired().outcome()).isEqualTo(Outcome.UNKNOWN);
        }

        @Test
        void anOpenAttemptIsUnknownWhateverTheRoundsBeforeSaid() {
            ask(0, 1, INSUFFICIENT);
            call.roundEnded(1, true);
            giveUp(0, 1);
            assertThat(expired().outcome()).isEqualTo(Outcome.UNKNOWN);
        }

        @Test
        void nobodyAskedIsUnavailable() {
            assertThat(expired().outcome()).isEqualTo(Outcome.UNAVAILABLE);
        }

        @Test
        void aWholeRoundOfInsufficientIsInsufficientWithNothingKnownOfTheRest() {
            ask(0, 1, INSUFFICIENT);
            ask(1, 1, INSUFFICIENT);
            call.roundEnded(2, true);
            call.confirm(2);
            assertThat(expired()).isEqualTo(new DeductionResult(Outcome.INSUFFICIENT, DeductionResult.NOT_KNOWN));
        }

        @Test
        void insufficientThatNotEverySlotHasSaidIsUnavailable() {
            ask(0, 1, INSUFFICIENT);
            call.roundEnded(2, true);
            assertThat(expired().outcome()).isEqualTo(Outcome.UNAVAILABLE);
        }

        @Test
        void aRoundThatCouldNotAskAllIsUnavailable() {
            ask(0, 1, INSUFFICIENT);
            call.roundEnded(1, false);
            assertThat(expired().outcome()).isEqualTo(Outcome.UNAVAILABLE);
        }

        @Test
        void aRoundWithoutOwnersIsUnavailable() {
            ask(0, 1, INSUFFICIENT);
            ask(1, 1, NOT_OWNER);
            call.roundEnded(2, true);
            assertThat(expired().outcome()).isEqualTo(Outcome.UNAVAILABLE);
        }

        @Test
        void aThrottledRoundIsThrottled() {
            ask(0, 1, INSUFFICIENT);
            ask(1, 1, THROTTLED);
            ask(2, 1, NOT_OWNER);
            call.roundEnded(3, false);
            assertThat(expired().outcome()).isEqualTo(Outcome.THROTTLED);
        }

        @Test
        void aRoundThatPassedACrowdIsThrottled() {
            ask(0, 1, INSUFFICIENT);
            call.passedCrowd();
            call.roundEnded(1, false);
            assertThat(expired().outcome()).isEqualTo(Outcome.THROTTLED);
        }

        @Test
        void throttledInTheFirstRoundIsThrottled() {
            ask(0, 1, THROTTLED);
            assertThat(expired().outcome()).isEqualTo(Outcome.THROTTLED);
        }

        @Test
        void theLastWholeRoundCounts() {
            ask(0, 1, THROTTLED);
            call.roundEnded(1, true);
            ask(0, 1, INSUFFICIENT);
            call.roundEnded(1, true);
            call.confirm(1);
            assertThat(expired().outcome()).isEqualTo(Outcome.INSUFFICIENT);
        }

        @Test
        void insufficientIsUnavailableUnlessARegistryReadShowsThatTheseAreAllSlots() {
            ask(0, 1, INSUFFICIENT);
            call.roundEnded(1, true);
            assertThat(call.isConfirmed()).isFalse();
            assertThat(expired().outcome()).isEqualTo(Outcome.UNAVAILABLE);
        }

        @Test
        void slotsThatWereAddedMustBeHeardToo() {
            ask(0, 1, INSUFFICIENT);
            call.roundEnded(1, true);
            call.confirm(2);
            assertThat(call.heardAll()).isFalse();
            assertThat(call.asksAll()).isTrue();
            ask(0, 1, INSUFFICIENT);
            ask(1, 1, INSUFFICIENT);
            call.roundEnded(2, true);
            call.confirm(2);
            assertThat(expired().outcome()).isEqualTo(Outcome.INSUFFICIENT);
        }

        @Test
        void aRoundWithNobodyRegisteredLeavesWhatTheOneBeforeHasShown() {
            ask(0, 1, INSUFFICIENT);
            call.roundEnded(1, true);
            call.confirm(1);
            call.roundEnded(1, true);
            assertThat(expired().outcome()).isEqualTo(Outcome.INSUFFICIENT);
        }
    }

    @Test
    void aRoundAsksEachSlotOnceInTheOrderOfTheScores() {
        long before = Long.MAX_VALUE;
        for (int i = 0; i < 8; i++) {
            int best = -1;
            for (int slot = 0; slot < 8; slot++) {
                if (call.score(slot) < call.below() && (best < 0 || call.score(slot) > call.score(best))) {
                    best = slot;
                }
            }
            assertThat(call.score(best)).isLessThan(before);
            before = call.score(best);
            assertThat(ask(best, 1, INSUFFICIENT)).isEqualTo(Next.OTHER_SLOT);
        }
        call.roundEnded(8, true);
        assertThat(call.below()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void oneAttemptIsInFlightAtATime() {
        call.asked(0, 1);
        assertThatThrownBy(() -> call.asked(0, 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anEndedCallAsksNobody() {
        expired();
        assertThatThrownBy(() -> call.asked(0, 1)).isInstanceOf(IllegalStateException.class);
    }
}
