package io.sluice.testing;

import io.sluice.testing.FaultProxy.Fault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * One client's way through a {@link FaultProxy}.
 *
 * <p><b>Threading:</b> the thread "down" forwards from the server and lets the fault happen; the thread "up" forwards from
 * the client, and goes on reading during a stall, because only so it notices that the client closes. {@link #close()} may
 * be called by any thread and ends both.
 */
final class ProxiedConnection {
    private static final int CHUNK_LENGTH = 1 << 13;
    private static final int HELD_LIMIT = 1 << 20;
    private static final int CONNECT_TIMEOUT_MILLIS = 5000;
    private static final int STACK_LENGTH = 1 << 17;

    private final FaultProxy proxy;

    /** In a mirrored proxy this is the server, and {@link #server} the client. */
    private final Socket client;

    private final Socket server;
    private final Socket unconnected = new Socket();
    private final SplittableRandom random;
    private final AtomicInteger directions = new AtomicInteger(2);
    private final CountDownLatch gone = new CountDownLatch(1);

    /** Written by "down": a connection that has outlived a fault may meet another one. */
    private volatile FaultSettings.Plan plan;

    /** Written by "down". While it holds, "up" forwards nothing. */
    private volatile boolean stalled;

    /** Written by "up". */
    private volatile boolean clientEnded;

    /** What the client sent during a stall that will pass. Guarded by itself, and so is writing to the server. */
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();

    ProxiedConnection(FaultProxy proxy, Socket accepted, FaultSettings.Plan plan, SplittableRandom random) {
        this.proxy = proxy;
        boolean isMirrored = proxy.settings().mirrored();
        this.client = isMirrored ? unconnected : accepted;
        this.server = isMirrored ? accepted : unconnected;
        this.plan = plan;
        this.random = random;
    }

    void start(InetSocketAddress target) {
        run("fault-proxy-down", () -> connectAndForwardDown(target));
    }

    void closeIfStalled() {
        if (stalled) {
            close();
        }
    }

    void close() {
        gone.countDown();
        FaultProxy.closeQuietly(client);
        FaultProxy.closeQuietly(server);
        synchronized (held) {
            held.notifyAll();
        }
        proxy.forget(this);
    }

    private static void run(String name, Runnable task) {
        // Hundreds of connections are common, and neither thread calls deep.
        Thread thread = new Thread(null, task, name, STACK_LENGTH);
        thread.setDaemon(true);
        thread.start();
    }

    private void connectAndForwardDown(InetSocketAddress target) {
        try {
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            unconnected.connect(target, CONNECT_TIMEOUT_MILLIS);
        } catch (IOException e) {
            close();
            return;
        }
        run("fault-proxy-up", this::forwardUp);
        try {
            forwardDown();
        } catch (IOException e) {
            close();
        } catch (InterruptedException e) {
            throw new AssertionError("Nobody interrupts the proxy's threads.", e);
        } finally {
            directionEnded();
        }
    }

    private void forwardDown() throws IOException, InterruptedException {
        InputStream in = server.getInputStream();
        OutputStream out = client.getOutputStream();
        byte[] chunk = new byte[CHUNK_LENGTH];
        long left = plan.afterBytes();
        int slowLeft = 0;
        while (true) {
            Fault pending = plan.fault();
            if (pending != null && left == 0) {
                if (!letHappen(pending)) {
                    return;
                }
                slowLeft = pending == Fault.SLOW ? proxy.settings().slowBytes() : 0;
                plan = proxy.settings().drawNext(random);
                left = slowLeft + plan.afterBytes();
            }
            slowLeft = proxy.faultsStopped() ? 0 : slowLeft;
            int count = readFromServer(in, chunk, slowLeft > 0 ? 1 : (int) Math.min(chunk.length, left));
            if (count < 0) {
                return;
            }
            out.write(chunk, 0, count);
            left -= count;
            if (slowLeft > 0) {
                slowLeft--;
                LockSupport.parkNanos(proxy.settings().slowPause().toNanos());
            }
        }
    }

    /** Hands on the end of the server's bytes, or its reset, and then gives -1. */
    private int readFromServer(InputStream in, byte[] chunk, int most) throws IOException {
        int count;
        try {
            count = in.read(chunk, 0, most);
        } catch (IOException e) {
            resetClient();
            throw e;
        }
        if (count < 0) {
            client.shutdownOutput();
        }
        return count;
    }

    /** Returns whether the connection goes on afterwards. */
    private boolean letHappen(Fault fault) throws IOException, InterruptedException {
        if (!proxy.strikes(fault)) {
            return true;
        }
        switch (fault) {
            case CUT -> {
                // First the ends are sent, because closing a socket with unread bytes would be a reset.
                client.shutdownOutput();
                server.shutdownOutput();
                close();
                return false;
            }
            case RESET -> {
                resetClient();
                close();
                return false;
            }
            case STALL -> {
                beginStall();
                gone.await();
                return false;
            }
            case STALL_THEN_GO_ON -> {
                beginStall();
                boolean closed = gone.await(proxy.settings().stall().toNanos(), TimeUnit.NANOSECONDS);
                if (!closed) {
                    endStall();
                }
                return !closed;
            }
            case HALF_OPEN -> {
                beginStall();
                server.close();
                gone.await();
                return false;
            }
            case SLOW -> {
                return true;
            }
            case REFUSE -> {
                // It was to happen at the accept, when faults were stopped already.
                return true;
            }
        }
        throw new AssertionError(fault);
    }

    private void beginStall() {
        stalled = true;
        // Whoever looked at "stalled" before it was set leaves the closing to this thread.
        if (clientEnded || proxy.faultsStopped()) {
            close();
        }
    }

    private void endStall() {
        stalled = false;
        synchronized (held) {
            held.notifyAll();
            if (held.size() == 0) {
                return;
            }
        }
        // Not on this thread: a server that writes before it reads would wait for "down", and "down" for it.
        run("fault-proxy-held", () -> {
            try {
                synchronized (held) {
                    writeHeld();
                }
            } catch (IOException e) {
                close();
            }
        });
    }

    private void forwardUp() {
        try {
            InputStream in = client.getInputStream();
            byte[] chunk = new byte[CHUNK_LENGTH];
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                passUp(chunk, count);
            }
            clientEnded = true;
            if (stalled) {
                close();
            } else {
                server.shutdownOutput();
            }
        } catch (IOException e) {
            close();
        } catch (InterruptedException e) {
            throw new AssertionError("Nobody interrupts the proxy's threads.", e);
        } finally {
            directionEnded();
        }
    }

    private void passUp(byte[] chunk, int count) throws IOException, InterruptedException {
        synchronized (held) {
            while (stalled && held.size() >= HELD_LIMIT && gone.getCount() > 0) {
                held.wait();
            }
            if (!stalled) {
                try {
                    writeHeld();
                    server.getOutputStream().write(chunk, 0, count);
                } catch (IOException e) {
                    // With the server's side half open the client must not notice that it is gone.
                    if (!stalled) {
                        throw e;
                    }
                }
            } else if (plan.fault() == Fault.STALL_THEN_GO_ON) {
                held.write(chunk, 0, count);
            }
        }
    }

    /** Call it with the lock on {@code held}. */
    private void writeHeld() throws IOException {
        if (held.size() > 0) {
            held.writeTo(server.getOutputStream());
            held.reset();
        }
    }

    private void resetClient() throws IOException {
        client.setSoLinger(true, 0);
        client.close();
    }

    private void directionEnded() {
        if (directions.decrementAndGet() == 0) {
            close();
        }
    }
}
