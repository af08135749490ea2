// SPDX-License-Identifier: Apache-2.0
package io.granary.example;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.backing.Patience;
import io.granary.embedded.Admin;
import io.granary.embedded.EmbeddedGranary;
import io.granary.embedded.OneEmbedded;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The program of docs/client.md does what the page says. */
@ExtendWith(OneEmbedded.class)
class CheckoutIT {
    private static final Duration PATIENCE = Patience.of(Duration.ofSeconds(60));

    @Test
    void anOrderIsTakenOnceAndItsUnitsComeBackWhenItIsCancelled(EmbeddedGranary granary) {
        Admin admin = Admin.of(granary);
        assertThat(admin.run("sku create checkout --units 2 --slots 1").code()).isZero();
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        try (Checkout checkout = new Checkout(granary.data().resolve(EmbeddedGranary.CONFIGURATION), metrics)) {
            await().atMost(PATIENCE)
                    .until(() -> checkout.take("checkout", "order/1", 2).join());
            assertThat(checkout.take("checkout", "order/1", 2).join()).isTrue();
            assertThat(checkout.take("checkout", "order/1", 1).join()).isFalse();
            assertThat(checkout.take("checkout", "order/2", 2).join()).isFalse();
            assertThat(metrics.get("granary.client.calls")
                            .tag("outcome", "DEDUCTED")
                            .functionCounter()
                            .count())
                    .isGreaterThanOrEqualTo(2);

            assertThat(checkout.cancel("checkout", "order/1").join()).isTrue();
            await().atMost(PATIENCE)
                    .until(() -> checkout.take("checkout", "order/3", 2).join());
            assertThat(admin.run("ledger show checkout order/1 -o json")
                            .json()
                            .at("/entry/state")
                            .textValue())
                    .isEqualTo("RELEASED");
        }
    }
}
