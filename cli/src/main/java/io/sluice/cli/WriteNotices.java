package io.sluice.cli;

import io.sluice.core.SourceGrant;
import io.sluice.source.SourceListener;

/**
 * Says on standard error what becomes of a source's connection, once for each time that it is lost and not for each attempt,
 * and how far the writing is.
 *
 * <p><b>Threading:</b> any thread.
 */
final class WriteNotices implements SourceListener {
    private final Console console;
    private final String patience;

    /** Guarded by this object. */
    private final ProgressLine line;

    private boolean lost;

    /** Whatever the connection does now is of no interest. */
    private boolean ended;

    /** @param patience for how long it will be tried again, in words */
    WriteNotices(Console console, String patience) {
        this.console = console;
        this.patience = patience;
        this.line = new ProgressLine(console);
    }

    @Override
    public synchronized void connected(SourceGrant grant) {
        if (lost && !ended) {
            lost = false;
            line.clear();
            console.complain("Connected again.");
        }
    }

    @Override
    public synchronized void disconnected(String why) {
        if (!lost && !ended) {
            lost = true;
            line.clear();
            console.complain("No connection with the server: " + why.replaceFirst("\\.$", "")
                    + ". Trying again for up to " + patience + ".");
        }
    }

    /** It is that far, in the words of this object. Can be called very often. */
    synchronized void show(Object progress) {
        if (!lost && !ended) {
            line.show(progress);
        }
    }

    /** The work is done, or cannot be done: there is no more to tell. */
    synchronized void end() {
        ended = true;
        line.clear();
    }
}
