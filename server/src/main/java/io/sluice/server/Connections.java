package io.sluice.server;

import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Counts the connections, and knows which of those that stream nothing has been idle for the longest time: at the limit
 * it has to make room for a new one.
 *
 * <p><b>Threading:</b> any thread; guarded by its own lock, which is held for a few steps only.
 */
final class Connections {
    private final int max;

    /** Guarded by this: those that stream nothing, the longest-idle first. */
    private final Set<ClientSession> idle = new LinkedHashSet<>();

    /** Guarded by this: those that stream. */
    private final Set<ClientSession> streaming = new HashSet<>();

    Connections(int max) {
        this.max = max;
    }

    /** Takes in a new session, if need be in the place of another one, or refuses it. */
    boolean admit(ClientSession session) {
        ClientSession evicted = null;
        synchronized (this) {
            if (count() >= max) {
                Iterator<ClientSession> longestIdleFirst = idle.iterator();
                if (!longestIdleFirst.hasNext()) {
                    return false;
                }
                evicted = longestIdleFirst.next();
                longestIdleFirst.remove();
            }
            idle.add(session);
        }
        if (evicted != null) {
            evicted.evict();
        }
        return true;
    }

    /** The session has got a command, and streams nothing. */
    synchronized void idle(ClientSession session) {
        // One that had to go already is in neither set, and stays out.
        if (idle.remove(session) || streaming.remove(session)) {
            idle.add(session);
        }
    }

    /** The session streams from now on. */
    synchronized void streaming(ClientSession session) {
        if (idle.remove(session)) {
            streaming.add(session);
        }
    }

    /** The session is over. */
    synchronized void leave(ClientSession session) {
        if (idle.remove(session) || streaming.remove(session)) {
            notifyAll();
        }
    }

    synchronized int count() {
        return idle.size() + streaming.size();
    }

    /**
     * Waits until all are gone.
     *
     * @return false when the time is over and some are not
     */
    synchronized boolean awaitNone(long patienceNanos) throws InterruptedException {
        long deadline = System.nanoTime() + patienceNanos;
        while (count() > 0) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
        return true;
    }
}
