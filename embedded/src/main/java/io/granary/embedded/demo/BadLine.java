// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

/** Why an order line can't be used, in the order in which a line is looked at. The key stands in the report. */
enum BadLine {
    BROKEN_QUOTING("brokenQuoting", "a quote that does not end, or text behind one"),
    MISSING_VALUE("missingValue", "a column that is needed is missing or empty"),
    SKU_NOT_VISIBLE_ASCII("skuNotVisibleAscii", "a SKU of other than 1 to 64 visible ASCII characters"),
    QUANTITY_NOT_A_NUMBER("quantityNotANumber", "a quantity that is not a whole number"),
    QUANTITY_ZERO("quantityZero", "a quantity of 0"),
    QUANTITY_OUT_OF_RANGE("quantityOutOfRange", "a quantity beyond a billion, either way"),
    BAD_DATE("badDate", "a date in no form that is known");

    private final String key;
    private final String text;

    BadLine(String key, String text) {
        this.key = key;
        this.text = text;
    }

    String key() {
        return key;
    }

    String text() {
        return text;
    }
}
