// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import java.nio.file.Path;

/** What the JVMs of the name server and of the broker have in common. */
final class RocketMqJvm {
    private RocketMqJvm() {}

    static JavaCommand command(Path directory, int heapMib, Path temporary) {
        return new JavaCommand(heapMib, temporary)
                // RocketMQ writes beside its data into the home directory.
                .property("user.home", directory.toString())
                .property("rocketmq.home.dir", directory.toString())
                .property("rmq.logback.configurationFile", "io/granary/backing/rocketmq-logback.xml")
                // Else each start makes an RSA key and a certificate for a TLS that nobody uses: 3 s.
                .property("tls.server.mode", "disabled");
    }
}
