package io.sluice.server;

import java.util.concurrent.TimeUnit;

/**
 * Finds out whether one streaming client is slow: it takes nothing of what waits for it, or it is behind at three looks
 * in a row and further each time, with something waiting for it at each. Who is merely behind is not: a client may read
 * history at its own speed as long as the stream does not outgrow it, and bytes that wait for the disk are no fault of
 * the client's.
 *
 * <p><b>Threading:</b> confined to the session's loop.
 */
final class SlowWatch {
    static final long TAKES_NOTHING_NANOS = TimeUnit.SECONDS.toNanos(10);

    /**
     * Between two looks at how far it is behind. Sweeps come much more often; but a source that commits in bursts is
     * faster than an honest reader for some seconds every now and then.
     */
    static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(20);

    static final int LOOKS = 3;

    /** A client that is slow every now and then is told of once in this time. */
    static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final SlowClients clients;
    private final Object client;

    private boolean slow;
    private boolean told;
    private boolean everTold;
    private long lastToldNanos;

    private boolean looked;
    private long lastLookNanos;
    private long bytesAtLastLook;
    private int looksFurtherBehind;

    /** For one client, which is printed as it is. */
    SlowWatch(SlowClients clients, Object client) {
        this.clients = clients;
        this.client = client;
    }

    void look(long nowNanos, Backlog backlog) {
        lookHowFar(nowNanos, backlog);
        if (slow) {
            if (backlog.waitingBytes() == 0 && backlog.bytes() <= SharedTail.MAX_HELD) {
                slow = false;
                clients.caughtUp(client, told);
            }
            return;
        }
        boolean takesNothing = backlog.stalledNanos() >= TAKES_NOTHING_NANOS;
        if (takesNothing || looksFurtherBehind >= LOOKS) {
            slow = true;
            boolean tell = !everTold || nowNanos - lastToldNanos >= AGAIN_NANOS;
            told = takesNothing
                    ? clients.takesNothing(client, backlog, tell)
                    : clients.fallsBehind(client, backlog, tell);
            if (told) {
                everTold = true;
                lastToldNanos = nowNanos;
            }
        }
    }

    private void lookHowFar(long nowNanos, Backlog backlog) {
        if (looked && nowNanos - lastLookNanos < LOOK_NANOS) {
            return;
        }
        if (backlog.waitingBytes() == 0) {
            looksFurtherBehind = 0;
        } else if (looksFurtherBehind > 0 && backlog.bytes() > bytesAtLastLook) {
            looksFurtherBehind++;
        } else {
            looksFurtherBehind = 1;
        }
        looked = true;
        lastLookNanos = nowNanos;
        bytesAtLastLook = backlog.bytes();
    }

    /** Its stream is over. */
    void ended(String why) {
        if (slow) {
            slow = false;
            clients.ended(client, why, told);
        }
    }
}
