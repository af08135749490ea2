// SPDX-License-Identifier: Apache-2.0
package io.granary.log.rocketmq;

import org.apache.rocketmq.logging.ch.qos.logback.classic.Level;
import org.apache.rocketmq.logging.ch.qos.logback.classic.spi.ILoggingEvent;
import org.apache.rocketmq.logging.ch.qos.logback.core.AppenderBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands what the RocketMQ client logs on to our logging. The client has a logback of its own, under another name, which
 * by default writes to files in the home directory; {@code rmq.logback.xml} beside our classes puts this in their place.
 */
public final class ForwardingAppender extends AppenderBase<ILoggingEvent> {
    private static final Logger LOG = LoggerFactory.getLogger("rocketmq");

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
            LOG.warn("{}", event.getFormattedMessage());
        } else {
            LOG.debug("{}", event.getFormattedMessage());
        }
    }
}
