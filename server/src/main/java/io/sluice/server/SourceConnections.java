package io.sluice.server;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The connections of a source port. There are few sources; a connection that has not greeted yet, or in vain, makes room for a
 * new one.
 *
 * <p><b>Threading:</b> confined to the port's loop, but for {@link #count}.
 */
final class SourceConnections {
    /** The most there are at a time. */
    static final int MAX = 64;

    private final Set<SourceSession> sessions = new LinkedHashSet<>();

    private volatile int count;

    /** Takes in a new one, if need be in the place of one that has not greeted well, or refuses it. */
    boolean admit(SourceSession session) {
        if (sessions.size() >= MAX && !evictOne()) {
            return false;
        }
        sessions.add(session);
        count = sessions.size();
        return true;
    }

    private boolean evictOne() {
        for (Iterator<SourceSession> oldestFirst = sessions.iterator(); oldestFirst.hasNext(); ) {
            SourceSession session = oldestFirst.next();
            if (!session.hasGreeted()) {
                oldestFirst.remove();
                session.close("it has not greeted, and the limit of connections is reached");
                return true;
            }
        }
        return false;
    }

    void leave(SourceSession session) {
        sessions.remove(session);
        count = sessions.size();
    }

    /** How many there are. */
    int count() {
        return count;
    }

    /** A copy, since they leave meanwhile. */
    SourceSession[] all() {
        return sessions.toArray(new SourceSession[0]);
    }
}
