package io.sluice.server;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what an event loop does for one session. A failure, for want of memory say, ends that session: it would wait for ever
 * otherwise, and the sessions behind it in the same task would miss their turn.
 */
final class SessionStep {
    private static final Logger LOG = LoggerFactory.getLogger(SessionStep.class);

    private SessionStep() {}

    static void run(ClientSession session, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            LOG.error("A client's session failed and is closed.", e);
            session.close("it failed");
        }
    }
}
