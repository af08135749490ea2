// SPDX-License-Identifier: Apache-2.0
package io.granary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VocabularyTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"A", "!", "~", "sku/1.%?#", "0123456789012345678901234567890123456789012345678901234567890123"})
    void anythingVisibleIsASku(String code) {
        assertThat(new Sku(code)).hasToString(code);
        assertThat(new Sku(code).toBytes()).hasSize(code.length());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                "a\n",
                "\u007f",
                "ä",
                "01234567890123456789012345678901234567890123456789012345678901234"
            })
    void theRestIsNot(String code) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sku(code))
                .withMessage("sku: '" + code + "' (expected: 1 to 64 visible ASCII characters)");
    }

    @Test
    void partitionsAreOrderedBySkuThenSlot() {
        PartitionId a2 = new PartitionId(new Sku("a"), 2);
        PartitionId a10 = new PartitionId(new Sku("a"), 10);
        PartitionId b0 = new PartitionId(new Sku("b"), 0);

        assertThat(Stream.of(b0, a10, a2).sorted()).isEqualTo(List.of(a2, a10, b0));
        assertThat(a10).hasToString("a/10");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1_024, Integer.MAX_VALUE})
    void slotsHaveARange(int slot) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PartitionId(new Sku("a"), slot))
                .withMessage("slot: " + slot + " (expected: 0 to 1023)");
    }

    @Test
    void quantitiesHaveARange() {
        assertThat(Quantity.check(1)).isEqualTo(1);
        assertThat(Quantity.check(1_000_000_000)).isEqualTo(1_000_000_000);
        for (int wrong : new int[] {0, -1, 1_000_000_001, Integer.MIN_VALUE}) {
            assertThat(Quantity.isValid(wrong)).isFalse();
            assertThatIllegalArgumentException().isThrownBy(() -> Quantity.check(wrong));
        }
    }

    @Test
    void aTextKeyIsAlwaysTheSameId() {
        // The first half of the SHA-256 of "order-1", from sha256sum: other clients must agree.
        assertThat(RequestId.of("order-1")).hasToString("0bafe22156d2698c143b86040446d366");
        assertThat(RequestId.of("order-2")).isNotEqualTo(RequestId.of("order-1"));
    }

    @Test
    void aKeyThatIsNoTextIsRefused() {
        assertThat(RequestId.of("\ud83d\ude00")).isEqualTo(RequestId.of(new String(Character.toChars(0x1F600))));
        for (String half : List.of("\ud83d", "a\ude00", "\ud83da", "\ude00\ud83d")) {
            assertThatIllegalArgumentException().isThrownBy(() -> RequestId.of(half));
        }
    }

    @Test
    void anIdIs16Bytes() {
        assertThat(new RequestId(0x0102030405060708L, -1L).toBytes())
                .isEqualTo(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, -1, -1, -1, -1, -1, -1, -1, -1});
        assertThat(RequestId.random()).isNotEqualTo(RequestId.random());
    }
}
