package io.sluice.server;

import io.netty.channel.EventLoop;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The sessions of one event loop. One timer looks after all of them.
 *
 * <p><b>Threading:</b> confined to the loop, but for {@link #start} and {@link #forEachSoon}.
 */
final class ServerLoop {
    private final EventLoop loop;
    private final long stallTimeoutNanos;
    private final Sweeps sweeps;
    private final SlowClients slowClients;
    private final Set<ClientSession> sessions = new LinkedHashSet<>();

    ServerLoop(EventLoop loop, long stallTimeoutNanos, Sweeps sweeps, SlowClients slowClients) {
        this.loop = loop;
        this.stallTimeoutNanos = stallTimeoutNanos;
        this.sweeps = sweeps;
        this.slowClients = slowClients;
    }

    // It goes on for as long as the loop.
    @SuppressWarnings("FutureReturnValueIgnored")
    void start() {
        loop.scheduleWithFixedDelay(this::sweep, sweeps.intervalNanos(), sweeps.intervalNanos(), TimeUnit.NANOSECONDS);
    }

    void add(ClientSession session) {
        sessions.add(session);
    }

    void remove(ClientSession session) {
        sessions.remove(session);
    }

    /** Does something with each session, on the loop; any thread. */
    void forEachSoon(Consumer<ClientSession> action) {
        try {
            loop.execute(() -> forEach(action));
        } catch (RejectedExecutionException e) {
            // The loop is closed, and its sessions with it.
        }
    }

    private void sweep() {
        long now = sweeps.nanoTime();
        forEach(session -> session.look(now, stallTimeoutNanos));
        slowClients.sweep();
    }

    private void forEach(Consumer<ClientSession> action) {
        // A copy, because sessions leave while this goes on.
        for (ClientSession session : sessions.toArray(new ClientSession[0])) {
            SessionStep.run(session, () -> action.accept(session));
        }
    }
}
