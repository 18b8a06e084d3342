package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.EntryChecksum;
import io.sluice.core.EntryFormat;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceReply;
import io.sluice.core.SourceRequest;
import io.sluice.storage.Committed;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A source port under fire: whole, mangled, cut and oversized messages, before and after greetings, that never add up to an
 * operation. Two seconds, or as many as {@code -Dsluice.fuzz.seconds} says, hours if you like; a failure names its seed, and
 * {@code -Dsluice.fuzz.seed} begins with that one.
 */
final class SourceFuzzTest {
    private static final long SECONDS = Long.getLong("sluice.fuzz.seconds", 2);
    private static final int ENTRIES = 50;
    private static final int PATIENCE_MILLIS = 10_000;

    @TempDir
    Path folder;

    @Test
    @Timeout(value = 1_000_000, unit = TimeUnit.SECONDS)
    void nothingThatArrivesHarmsTheStreamOrTheServer() throws Exception {
        DataStreamOptions unforced = DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER);
        try (DataStream stream = DataStream.open(folder.resolve("stream.bin"), unforced);
                SourceServer server = SourceServer.start(
                        SourceServerOptions.defaults().withLeaseTime(Duration.ofMillis(200)), Map.of(1L, stream))) {
            stream.startAtomicOp();
            for (int i = 0; i < ENTRIES; i++) {
                stream.addStreamBookmark(Bookmark.of((byte) i));
            }
            stream.commitAtomicOp();
            Committed before = stream.view().committed();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            long seed = Long.getLong("sluice.fuzz.seed", System.nanoTime());
            long count = 0;
            do {
                String what = "-Dsluice.fuzz.seed=" + seed;
                try {
                    converse(server.address(), new SplittableRandom(seed));
                } catch (IOException | AssertionError e) {
                    throw new AssertionError(what, e);
                }
                assertThat(stream.view().committed()).as(what).isEqualTo(before);
                seed++;
                count++;
            } while (System.nanoTime() < end);
            assertThat(count).isPositive();
            assertASourceCanStillWrite(server.address());
            assertThat(stream.getHeader().totalEntries()).isEqualTo(ENTRIES + 1);
        }
    }

    /** One connection: some messages, then nothing more to come; the server has to end it. */
    private static void converse(InetSocketAddress address, SplittableRandom random) throws IOException {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            try {
                if (random.nextInt(4) > 0) {
                    send(socket, greeting(random));
                }
                for (int i = random.nextInt(30); i > 0; i--) {
                    ByteBuffer message = bytes(message(random));
                    mangle(message, random);
                    byte[] sent = new byte[message.limit()];
                    message.get(0, sent);
                    socket.getOutputStream().write(sent);
                }
                socket.shutdownOutput();
            } catch (IOException e) {
                // The server may have ended it already, which is what it should do with rubbish.
                return;
            }
            drain(socket);
        }
    }

    private static void drain(Socket socket) throws IOException {
        byte[] buffer = new byte[1 << 16];
        try {
            while (socket.getInputStream().read(buffer) >= 0) {
                assertThat(socket.isConnected()).isTrue();
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("The server does not end a connection from which nothing more comes.", e);
        } catch (IOException reset) {
            assertThat(reset).isNotInstanceOf(SocketTimeoutException.class);
        }
    }

    private static SourceMessage greeting(SplittableRandom random) {
        SourceMessage.Claim[] claims = SourceMessage.Claim.values();
        return new SourceMessage.Greet(
                random.nextInt(10) == 0 ? random.nextLong() : 1,
                random.nextInt(10) == 0 ? random.nextInt() : SourceMessage.VERSION,
                random.nextInt(3) == 0 ? claims[random.nextInt(claims.length)] : SourceMessage.Claim.TAKE_OVER,
                random.nextLong() | 1,
                random.nextLong() | 1,
                random.nextLong(),
                new byte[random.nextInt(10) == 0 ? random.nextInt(1025) : 0]);
    }

    /** Any message but those that are meant to change what is committed, if they name what is there. */
    private static SourceMessage message(SplittableRandom random) {
        long request = random.nextLong(1, 5);
        long number = random.nextInt(3) == 0 ? random.nextLong() : random.nextLong(ENTRIES - 2, ENTRIES + 5);
        int type = random.nextInt(3);
        byte[] data =
                new byte[random.nextInt(20) == 0 ? random.nextInt(EntryFormat.MAX_DATA_LENGTH) : random.nextInt(50)];
        Bookmark bookmark = Bookmark.of((byte) random.nextInt(ENTRIES + 2));
        Bookmark other = Bookmark.of((byte) random.nextInt(ENTRIES + 2));
        return switch (random.nextInt(17)) {
            case 0, 1 -> new SourceMessage.Start(1, request, ENTRIES);
            case 2, 3 -> new SourceMessage.AddEntry(1, number, type, data);
            case 4 -> new SourceMessage.AddBookmark(1, number, bookmark);
            case 5 -> new SourceMessage.UpdateEntry(1, number, type, data);
            // Its checksum is nobody's.
            case 6 -> new SourceMessage.Commit(1, request, number, random.nextLong() | Long.MIN_VALUE);
            case 7 -> new SourceMessage.Rollback(1, request);
            case 8 -> new SourceRequest.Truncate(1, request, number | 1L << 40);
            case 9 -> new SourceRequest.Rewrite(1, request, number | 1L << 40, type, data);
            case 10 -> new SourceRequest.GetEntry(1, request, number);
            case 11 -> new SourceRequest.GetBookmark(1, request, bookmark);
            case 12 -> new SourceRequest.GetFirstEventAfterBookmark(1, request, bookmark);
            case 13 ->
                new SourceRequest.GetDataBetweenBookmarks(
                        1, request, random.nextLong(2), number, random.nextLong(60), bookmark, other);
            case 14 -> new SourceRequest.GetOpenEntry(1, request, number);
            case 15 -> new SourceRequest.GetChecksum(1, request, random.nextLong(60), number);
            default -> greeting(random);
        };
    }

    /** Sometimes another length, other parameters, an unknown number, or an end before the end. */
    private static void mangle(ByteBuffer message, SplittableRandom random) {
        switch (random.nextInt(12)) {
            case 0 -> message.putInt(16, random.nextInt());
            case 1 -> message.putLong(0, random.nextLong() | 1L << 62);
            case 2 -> message.putLong(8, random.nextLong());
            case 3 -> message.limit(random.nextInt(message.capacity()));
            default -> {
                // Whole.
            }
        }
    }

    private static ByteBuffer bytes(SourceMessage message) {
        ByteBuffer bytes = ByteBuffer.allocate(message.length());
        message.putTo(bytes);
        return bytes.flip();
    }

    private static void send(Socket socket, SourceMessage message) throws IOException {
        socket.getOutputStream().write(bytes(message).array());
    }

    private static void assertASourceCanStillWrite(InetSocketAddress address) throws IOException {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            send(
                    socket,
                    new SourceMessage.Greet(
                            1, SourceMessage.VERSION, SourceMessage.Claim.TAKE_OVER, 7, 7, 0, new byte[0]));
            assertThat(read(socket).result().isOk()).isTrue();
            byte[] data = {1, 2, 3};
            send(socket, new SourceMessage.Start(1, 1, ENTRIES));
            send(socket, new SourceMessage.AddEntry(1, ENTRIES, 5, data));
            long checksum = new EntryChecksum().of(5, ENTRIES, data);
            send(socket, new SourceMessage.Commit(1, 1, ENTRIES + 1, checksum));
            assertThat(read(socket).result().isOk()).isTrue();
        }
    }

    private static SourceReply read(Socket socket) throws IOException {
        byte[] prefix = socket.getInputStream().readNBytes(SourceReply.PREFIX_LENGTH);
        int length = SourceReply.lengthAt(ByteBuffer.wrap(prefix));
        ByteBuffer reply = ByteBuffer.allocate(length).put(prefix);
        reply.put(socket.getInputStream().readNBytes(length - prefix.length));
        SourceReply read = SourceReply.read(reply.flip());
        assertThat(read).isNotNull();
        return read;
    }
}
