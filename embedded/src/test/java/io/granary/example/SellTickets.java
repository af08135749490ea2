// SPDX-License-Identifier: Apache-2.0
package io.granary.example;

import io.granary.client.DeductionResult;
import io.granary.client.GranaryClient;
import java.time.Duration;

/** The program of the README. */
class SellTickets {
    public static void main(String[] arguments) throws Exception {
        int sold = 0;
        // One client for the whole process, from all its threads. It finds the nodes through ZooKeeper.
        try (GranaryClient granary = GranaryClient.connect(arguments[0])) {
            for (int order = 1; order <= 100; order++) {
                // The order number is the request id: asking again for order 7 never sells it twice.
                DeductionResult result = granary.deductAndWait("TICKET", "order-" + order, 2, Duration.ofSeconds(5));
                switch (result.outcome()) {
                    case DEDUCTED -> sold++;
                    case SOLD_OUT, INSUFFICIENT -> System.out.println("Too late for order " + order);
                    default -> System.out.println("Ask again for order " + order + ": " + result.outcome());
                }
            }
        }
        System.out.println("Sold two tickets to each of " + sold + " orders");
    }
}
