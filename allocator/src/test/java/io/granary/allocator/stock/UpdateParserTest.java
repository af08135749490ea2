// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.stock.StockUpdate;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UpdateParserTest {
    private static ReadUpdate parse(String text) {
        return UpdateParser.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private static StockUpdate valid(String text) {
        ReadUpdate read = parse(text);
        assertThat(read).isInstanceOf(ReadUpdate.Valid.class);
        return ((ReadUpdate.Valid) read).update();
    }

    private static String reason(String text) {
        ReadUpdate read = parse(text);
        assertThat(read).isInstanceOf(ReadUpdate.Malformed.class);
        return ((ReadUpdate.Malformed) read).reason();
    }

    @Test
    void whatAnUpdateWritesIsReadAsTheSameUpdate() {
        StockUpdate update = new StockUpdate("a\"b\\c/1", StockUpdate.Kind.RESTOCK, new Sku("s'k\"u\\"), 600, 8);
        assertThat(valid(update.toJson())).isEqualTo(update);
        StockUpdate down = new StockUpdate("x", StockUpdate.Kind.ADJUST, new Sku("s"), -StockUpdate.MAX_UNITS);
        assertThat(valid(down.toJson())).isEqualTo(down);
    }

    @Test
    void aDeductionIsNamedByItsIdOrByTheKeyThatTheIdWasMadeOf() {
        RequestId request = RequestId.of("4711/1");
        StockUpdate release = new StockUpdate("cancel", StockUpdate.Kind.RELEASE, new Sku("s"), request);
        assertThat(valid(release.toJson())).isEqualTo(release);
        assertThat(valid("{\"updateId\":\"cancel\",\"kind\":\"RELEASE\",\"sku\":\"s\",\"order\":\"4711/1\"}"))
                .isEqualTo(release);
        assertThat(RequestId.parse(request.toString())).isEqualTo(request);
    }

    @Test
    void fieldsThatAreNotKnownAreTolerated() {
        assertThat(valid(
                        "{\"note\": [1, {}], \"units\": 2, \"updateId\": \"u\", \"kind\": \"ADJUST\", \"sku\": \"s\"}"))
                .isEqualTo(new StockUpdate("u", StockUpdate.Kind.ADJUST, new Sku("s"), 2));
    }

    @Test
    void theSameContentHasTheSamePrintHoweverItIsWritten() {
        String plain = "{\"updateId\": \"u\", \"kind\": \"ADJUST\", \"sku\": \"s\", \"units\": 2}";
        String other = "{\"sku\":\"s\",\"note\":1,\"kind\":\"ADJUST\",\"updateId\":\"u\",\"units\":2}";
        assertThat(parse(plain).print()).isEqualTo(parse(other).print());
        assertThat(parse(plain).print())
                .isNotEqualTo(parse(plain.replace("2", "3")).print());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                                             | updateId: missing (expected: a text)
            {"updateId":7}                                                 | updateId: 7 (expected: a text)
            {"updateId":""}                                                | updateId: '' (expected: 1 to 128 visible ASCII characters)
            {"updateId":"a b"}                                             | updateId: 'a b' (expected: 1 to 128 visible ASCII characters)
            {"updateId":"u"}                                               | kind: missing (expected: a text)
            {"updateId":"u","kind":"restock"}                              | kind: 'restock' (expected: RESTOCK, ADJUST, RELEASE or CONFIRM)
            {"updateId":"u","kind":"RELEASE"}                              | sku: missing (expected: a text)
            {"updateId":"u","kind":"RELEASE","sku":"s"}                    | requestId, order: neither (expected: one of them)
            {"updateId":"u","kind":"CONFIRM","sku":"s","order":"o","requestId":"00"} | requestId, order: both (expected: one of them)
            {"updateId":"u","kind":"CONFIRM","sku":"s","requestId":"00"}   | requestId: '00' (expected: 32 hex digits)
            {"updateId":"u","kind":"RELEASE","sku":"s","order":7}          | order: 7 (expected: a text)
            {"updateId":"u","kind":"RESTOCK"}                              | sku: missing (expected: a text)
            {"updateId":"u","kind":"RESTOCK","sku":""}                     | sku: '' (expected: 1 to 64 visible ASCII characters)
            {"updateId":"u","kind":"RESTOCK","sku":"s"}                    | units: missing (expected: a whole number to 1000000000000)
            {"updateId":"u","kind":"RESTOCK","sku":"s","units":"5"}        | units: "5" (expected: a whole number to 1000000000000)
            {"updateId":"u","kind":"RESTOCK","sku":"s","units":1.5}        | units: 1.5 (expected: a whole number to 1000000000000)
            {"updateId":"u","kind":"RESTOCK","sku":"s","units":0}          | units: 0 (expected: 1 to 1000000000000)
            {"updateId":"u","kind":"RESTOCK","sku":"s","units":-1}         | units: -1 (expected: 1 to 1000000000000)
            {"updateId":"u","kind":"RESTOCK","sku":"s","units":1000000000001} | units: 1000000000001 (expected: 1 to 1000000000000)
            {"updateId":"u","kind":"ADJUST","sku":"s","units":0}           | units: 0 (expected: other than 0)
            {"updateId":"u","kind":"RESTOCK","sku":"s","units":1,"slots":0} | slots: 0 (expected: 1 to 1024, or no such field)
            {"updateId":"u","kind":"RESTOCK","sku":"s","units":1,"slots":1025} | slots: 1025 (expected: 0 to 1024)
            [1]                                                            | body: '[1]' (expected: a JSON object)
            """)
    void theReasonNamesTheFieldTheValueAndWhatWasExpected(String text, String reason) {
        assertThat(reason(text)).isEqualTo(reason);
    }

    @Test
    void whatIsNotOneJsonDocumentIsMalformed() {
        assertThat(reason("")).contains("expected: a JSON object");
        assertThat(reason("{\"updateId\"")).startsWith("body: '{\"updateId\"' (expected: one JSON object; ");
        assertThat(reason("{} {}")).contains("expected: one JSON object");
        assertThat(reason("{\"updateId\":\"a\",\"updateId\":\"b\"}")).contains("Duplicate field 'updateId'");
        assertThat(reason(" ".repeat(UpdateParser.MAX_BYTES + 1)))
                .isEqualTo("body: 65537 bytes (expected: at most 65536)");
        ReadUpdate latin = UpdateParser.parse(new byte[] {'"', (byte) 0xE9, '"'});
        assertThat(((ReadUpdate.Malformed) latin).reason()).isEqualTo("body: 3 bytes (expected: UTF-8)");
    }

    @Test
    void aMalformedUpdateKeepsItsIdIfThatIsGood() {
        assertThat(parse("{\"updateId\":\"u\",\"kind\":\"RELEASE\"}").updateId())
                .isEqualTo("u");
        assertThat(parse("{\"updateId\":\" \"}").updateId()).isEmpty();
    }

    @Test
    void aDeadLetterIsADocument() {
        DeadLetter letter = DeadLetter.of("why", "{\"a\":\"é\"}".getBytes(StandardCharsets.UTF_8), 3, 17);
        assertThat(new String(letter.toBytes(), StandardCharsets.UTF_8))
                .isEqualTo("{\"reason\":\"why\",\"original\":\"{\\\"a\\\":\\\"é\\\"}\",\"queue\":3,\"offset\":17}");
    }
}
