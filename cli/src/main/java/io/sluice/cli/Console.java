package io.sluice.cli;

import java.io.InputStream;
import java.io.PrintStream;
import org.slf4j.Logger;

/**
 * What a command talks to.
 *
 * @param in standard input
 * @param out standard output: results only
 * @param err standard error: what went wrong, questions, progress
 * @param terminals which of them are a terminal
 * @param stop tells that the command should end
 */
record Console(InputStream in, Output out, PrintStream err, Terminals terminals, StopRequest stop) {
    /** Says in one line what went wrong. */
    void complain(String message) {
        err.println("sluice: " + Words.oneLine(message));
        err.flush();
    }

    /** Tells whoever has started a server that it is ready. If nobody wants to hear that, there may still be clients. */
    void announce(String line, Logger log) {
        try {
            out.line(line).flush();
        } catch (OutputException e) {
            log.warn("{}", e.getMessage());
        }
    }
}
