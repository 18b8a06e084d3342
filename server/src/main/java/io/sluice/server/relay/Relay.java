package io.sluice.server.relay;

import io.sluice.client.ClientException;
import io.sluice.client.ClientOptions;
import io.sluice.client.StreamClient;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException.Stopped;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.StreamView;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Copies a stream from a server into a file of its own, and serves it: to any number of clients, further relays among them.
 * What it publishes, the header included, is always a state that its upstream has shown as committed. It finds its place
 * again by itself after whatever happens to an upstream, to the network or to itself (docs/relay.md).
 *
 * <pre>{@code
 * RelayOptions options = RelayOptions.to(new InetSocketAddress("sequencer.example", 6900));
 * try (Relay relay = Relay.start(Path.of("datarelay.bin"), options)) {
 *     relay.whenHalted().join();
 * }
 * }</pre>
 *
 * <p><b>Threading:</b> any thread. It has daemon threads of its own: one that follows, one that watches each upstream if
 * there are several, and the server's.
 *
 * <p><b>Failure:</b> what can be mended by trying again is tried again, for as long as it takes. What cannot ends the
 * following ({@link #whenHalted}), not the serving.
 */
public final class Relay implements AutoCloseable {
    private final DataStream stream;
    private final Upstreams upstreams;
    private final Following following;
    private final Report report;
    private final StreamServer server;
    private final Thread thread;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Relay(DataStream stream, Path file, RelayOptions options) {
        this.stream = stream;
        ClientOptions client = options.client().withStreamType(options.streamType());
        Copy copy = new Copy(stream);
        report = new Report(copy);
        upstreams = new Upstreams(options.upstreams().stream()
                .map(address -> new Upstream(address, client))
                .toList());
        following = new Following(options, copy, upstreams, new HistoryNote(stream.folder()), report);
        server = StreamServer.start(options.server(), Map.of(options.streamType(), stream.view()), report::promised);
        thread = new Thread(following, "sluice-relay-" + file.getFileName());
        thread.setDaemon(true);
    }

    /**
     * Starts a relay. It serves what the file has as soon as this returns, whether or not an upstream is there. A file that
     * is not there yet is made, with the fields of an upstream's header; that is tried once.
     *
     * @throws RelayException when the file is new, and no upstream tells its header
     * @throws io.sluice.storage.StorageException when the file cannot be opened
     * @throws io.sluice.server.StreamServerException when the address cannot be listened on
     */
    public static Relay start(Path file, RelayOptions options) {
        DataStreamOptions wanted = DataStreamOptions.defaults()
                .withStreamType(options.streamType())
                .withForcePolicy(options.forcePolicy());
        if (Files.notExists(file)) {
            StreamHeader header = headerOfAny(options);
            wanted = wanted.withSystemId(header.systemId()).withVersion(header.version());
        }
        DataStream stream = DataStream.open(file, wanted);
        Relay relay;
        try {
            relay = new Relay(stream, file, options);
        } catch (RuntimeException | Error e) {
            stream.close();
            throw e;
        }
        relay.upstreams.start();
        relay.thread.start();
        return relay;
    }

    private static StreamHeader headerOfAny(RelayOptions options) {
        ClientException failure = null;
        for (InetSocketAddress upstream : options.upstreams()) {
            ClientOptions client = options.client().withStreamType(options.streamType());
            try (StreamClient asked = StreamClient.connect(upstream, client)) {
                return asked.header();
            } catch (ClientException e) {
                failure = e;
            }
        }
        throw new RelayException(
                "A new file gets its header from the upstream, which does not tell it: "
                        + (failure == null ? "there is none" : failure.getMessage()),
                failure);
    }

    /** Where it listens, with the real port. */
    public InetSocketAddress address() {
        return server.address();
    }

    /** What it has published. */
    public StreamView view() {
        return stream.view();
    }

    /** Where it stands. */
    public RelayStatus status() {
        return report.status();
    }

    /**
     * Completes, with the reason, when the relay follows nobody any more because somebody has to decide: another stream stands
     * at an upstream, or another history and it was told to halt then, or its disk has failed.
     */
    public CompletableFuture<RelayException> whenHalted() {
        return report.whenHalted().copy();
    }

    /** Why its stream takes nothing more, if nobody wanted that; also when its close has failed. */
    public Optional<Stopped> failure() {
        return stream.failure();
    }

    /** Stops following, then serving, then closes the file. What waits for the end of its operation is kept. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        following.close();
        upstreams.close();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        report.closed();
        server.close();
        stream.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
