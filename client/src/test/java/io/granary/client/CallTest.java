// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import static io.granary.client.CallPlace.IN_FLIGHT;
import static io.granary.client.CallPlace.NOWHERE;
import static io.granary.client.CallPlace.OVER;
import static io.granary.client.CallPlace.PARKED;
import static io.granary.client.CallPlace.QUEUED;
import static io.granary.client.CallPlace.READING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.model.Sku;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CallTest {
    /** How a call gets to a place, and where it may go from there. */
    private record Row(List<CallPlace> way, Set<CallPlace> next) {}

    private static final Map<CallPlace, Row> TABLE = Map.of(
            NOWHERE, new Row(List.of(), EnumSet.of(QUEUED, PARKED, READING, OVER)),
            QUEUED, new Row(List.of(QUEUED), EnumSet.of(NOWHERE, IN_FLIGHT)),
            IN_FLIGHT, new Row(List.of(QUEUED, IN_FLIGHT), EnumSet.of(NOWHERE)),
            PARKED, new Row(List.of(PARKED), EnumSet.of(NOWHERE)),
            READING, new Row(List.of(READING), EnumSet.of(NOWHERE)),
            OVER, new Row(List.of(OVER), EnumSet.noneOf(CallPlace.class)));

    static Stream<Arguments> moves() {
        return Stream.of(CallPlace.values())
                .flatMap(from -> Stream.of(CallPlace.values()).map(to -> Arguments.of(from, to)));
    }

    private static Call at(CallPlace place) {
        Call call = new Call(new Sku("a"), 1, 2, 3, 4);
        TABLE.get(place).way().forEach(call::moveTo);
        assertThat(call.place()).isEqualTo(place);
        return call;
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("moves")
    void movesAsTheTableSays(CallPlace from, CallPlace to) {
        Call call = at(from);
        Set<CallPlace> next = TABLE.get(from).next();
        if (next.contains(to)) {
            call.moveTo(to);
            assertThat(call.place()).isEqualTo(to);
        } else {
            assertThatThrownBy(() -> call.moveTo(to))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("place: " + from + " to " + to + " (expected: one of " + next + ")");
            assertThat(call.place()).isEqualTo(from);
        }
    }

    @Test
    void isInItsFrameUntilItMovesOn() {
        Call call = at(QUEUED);
        Frame frame = new Frame(1, 1, 0, 0);
        assertThat(call.isIn(frame)).isFalse();
        call.moveInto(frame);
        assertThat(call.place()).isEqualTo(IN_FLIGHT);
        assertThat(call.isIn(frame)).isTrue();
        assertThat(call.isIn(new Frame(2, 1, 0, 0))).isFalse();
        call.moveTo(NOWHERE);
        assertThat(call.isIn(frame)).isFalse();
    }
}
