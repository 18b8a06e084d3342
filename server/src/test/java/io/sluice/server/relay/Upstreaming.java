package io.sluice.server.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import io.sluice.server.Await;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.Committed;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import io.sluice.storage.StreamListener;
import io.sluice.storage.StreamView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/** A stream with a server, which a relay follows, and which can be stopped, truncated and started again at its port. */
final class Upstreaming implements AutoCloseable {
    private static final DataStreamOptions UNFORCED = DataStreamOptions.defaults()
            .withForcePolicy(ForcePolicy.NEVER)
            .withSystemId(1101)
            .withVersion(3);

    /** All that was ever committed; noted before it can be seen. */
    final Set<StreamHeader> shown = ConcurrentHashMap.newKeySet();

    private final boolean extensions;
    final DataStream stream;
    private StreamServer server;
    private int port;

    Upstreaming(Path file, boolean extensions) {
        this.extensions = extensions;
        stream = DataStream.open(file, UNFORCED);
        shown.add(stream.getHeader());
        start();
    }

    void start() {
        server = StreamServer.start(
                ServerOptions.defaults().withPort(port).withExtensions(extensions), Map.of(1L, stream.view()));
        port = server.address().getPort();
    }

    void stop() {
        server.close();
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Commits an operation of so many entries of a history, which begins with a bookmark. */
    void commit(int count, int history) {
        long first = stream.getHeader().totalEntries();
        stream.startAtomicOp();
        stream.addStreamBookmark(Bookmark.of(
                ByteBuffer.allocate(9).put((byte) history).putLong(first).array()));
        long position = after(stream.getHeader().totalLength(), 9);
        for (int i = 1; i < count; i++) {
            byte[] data = data(first + i, history);
            stream.addStreamEntry(2, data);
            position = after(position, data.length);
        }
        // Before it can be seen.
        shown.add(stream.getHeader().withTotals(position, first + count));
        assertThat(shown).contains(stream.commitAtomicOp());
    }

    /** Removes an entry, not the first one, and all after it; what is shown then counts as committed. */
    void truncate(long number) {
        StreamHeader header = stream.getHeader();
        Committed now = stream.view().committed();
        // The stream ends where the entry began. A relay's ends where the one before it ends, which may be before
        // padding.
        Entry before = stream.getEntry(number - 1);
        long end = stream.view().positionOf(number - 1, now) + EntryFormat.HEADER_LENGTH + before.data().length;
        shown.add(header.withTotals(stream.view().positionOf(number, now), number));
        shown.add(header.withTotals(end, number));
        stream.truncate(number);
    }

    /** Where an entry ends that comes next at a position. */
    private static long after(long position, int dataLength) {
        long pageEnd = 4096 + ((position - 4096) / EntryFormat.PAGE_LENGTH + 1L) * EntryFormat.PAGE_LENGTH;
        long length = (long) EntryFormat.HEADER_LENGTH + dataLength;
        return pageEnd - position < length ? pageEnd + length : position + length;
    }

    static byte[] data(long number, int history) {
        byte[] data = new byte[8 + (int) (number * 31 % 120)];
        new Random(number * 7 + history).nextBytes(data);
        return data;
    }

    static RelayOptions options(Upstreaming... upstreams) {
        InetSocketAddress[] addresses = new InetSocketAddress[upstreams.length];
        for (int i = 0; i < upstreams.length; i++) {
            addresses[i] = upstreams[i].address();
        }
        return impatient(RelayOptions.to(addresses));
    }

    static RelayOptions impatient(RelayOptions options) {
        return options.withForcePolicy(ForcePolicy.NEVER)
                .withClient(options.client()
                        .withConnectTimeout(Duration.ofSeconds(2))
                        .withReplyTimeout(Duration.ofSeconds(1)))
                .withCheckAfter(Duration.ofMillis(200))
                .withSwitchAfter(Duration.ofMillis(300));
    }

    static void await(Relay relay, BooleanSupplier condition) {
        Await.until(() -> condition.getAsBoolean() || relay.whenHalted().isDone());
        assertThat(relay.whenHalted()).isNotDone();
    }

    /** Adds each header that the relay shows from now on. */
    static void collectShown(Relay relay, Set<StreamHeader> headers) {
        headers.add(relay.view().header());
        relay.view().addListener(new StreamListener() {
            @Override
            public void committed(Committed now) {
                headers.add(relay.view().header());
            }

            @Override
            public void historyChanged(Committed now) {
                headers.add(relay.view().header());
            }
        });
    }

    /** Until the relay has exactly what the stream has. */
    static void awaitSame(Relay relay, StreamView source) {
        try {
            await(relay, () -> relay.view().header().equals(source.header()));
        } catch (AssertionError e) {
            throw new AssertionError(relay.status() + ", but the source has " + source.header(), e);
        }
        assertThat(entries(relay.view())).isEqualTo(entries(source));
    }

    static List<Entry> entries(StreamView view) {
        List<Entry> all = new ArrayList<>();
        for (long number = 0; number < view.committed().entries(); number++) {
            all.add(view.entry(number));
        }
        return all;
    }

    /**
     * The committed bytes of two stream files; what lies behind may differ, and so may what fills pages after truncations.
     */
    static void assertSameBytes(Path file, Path other, long length) throws IOException {
        List<ByteBuffer> both = new ArrayList<>();
        for (Path each : List.of(file, other)) {
            try (FileChannel channel = FileChannel.open(each, StandardOpenOption.READ)) {
                both.add(channel.map(FileChannel.MapMode.READ_ONLY, 0, length));
            }
        }
        assertThat(both.get(0).mismatch(both.get(1))).isEqualTo(-1);
    }

    @Override
    public void close() {
        server.close();
        stream.close();
    }
}
