// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import java.time.Duration;

/** Buys one unit: the program that the README shows. Arguments: ZooKeeper's address, the SKU, the order's number. */
public final class BuyerExample {
    private BuyerExample() {}

    public static void main(String[] args) throws InterruptedException {
        try (GranaryClient client = GranaryClient.connect(args[0])) {
            DeductionResult result = client.deductAndWait(args[1], args[2], 1, Duration.ofSeconds(5));
            System.out.println(
                    switch (result.outcome()) {
                        case DEDUCTED -> "It is yours.";
                        case SOLD_OUT, INSUFFICIENT, NO_SUCH_SKU -> "Sorry, there is none left.";
                        case CONFLICT -> "That order was for " + result.detail() + " units.";
                        case THROTTLED, UNAVAILABLE -> "Please try again in a moment.";
                        case UNKNOWN -> "Please try again with the same order number: you will not pay twice.";
                    });
        }
    }
}
