package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sluice.client.ClientException.HistoryDiffers;
import io.sluice.client.ClientException.OtherStream;
import io.sluice.client.ClientException.PlaceLost;
import io.sluice.client.ClientException.StreamShorter;
import io.sluice.client.EntryBatch;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.ResumeToken;
import io.sluice.client.StreamFollower;
import io.sluice.core.Entry;
import io.sluice.server.ServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A follower that was away comes back to a stream whose history may be another one. It goes on when everything that it has
 * received still stands, and otherwise says what has happened, and where.
 */
final class FollowerIdentityTest {
    private static final int RECEIVED = 3_000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** How the follower was away. */
    enum Way {
        /** It lost its connection. */
        RECONNECT,
        /** Its process ended, and another one goes on with the resume token. */
        RESTART,
        /** It was there all the time. */
        STAY
    }

    @TempDir
    Path folder;

    private @Nullable DataStream stream;
    private @Nullable StreamServer server;
    private @Nullable StreamFollower follower;
    private boolean extensions = true;
    private Duration giveUpAfter = PATIENCE;

    @BeforeEach
    void open() {
        stream = open("stream.bin");
        grow(stream(), 0, RECEIVED, 0);
    }

    @AfterEach
    void close() {
        if (follower != null) {
            follower.close();
        }
        if (server != null) {
            server.close();
        }
        stream().close();
    }

    private DataStream open(String file) {
        return DataStream.open(
                folder.resolve(file), DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER));
    }

    private DataStream stream() {
        return Objects.requireNonNull(stream);
    }

    /** Entries whose content tells their number and the variant of history; two in an operation. */
    private static void grow(DataStream stream, int from, int to, int variant) {
        for (int i = from; i < to; i += 2) {
            stream.startAtomicOp();
            stream.addStreamEntry(2, data(i, variant));
            if (i + 1 < to) {
                stream.addStreamEntry(2, data(i + 1, variant));
            }
            stream.commitAtomicOp();
        }
    }

    private static byte[] data(int number, int variant) {
        return ByteBuffer.allocate(40).putInt(number).putInt(variant).array();
    }

    private InetSocketAddress serve(int port) {
        server = StreamServer.start(
                ServerOptions.defaults().withPort(port).withExtensions(extensions),
                Map.of(1L, stream().view()));
        return server.address();
    }

    /** Receives all, is away while the history changes, and comes back. */
    private StreamFollower away(Way way, Runnable change) {
        InetSocketAddress address = serve(0);
        FollowOptions options =
                FollowOptions.defaults().withCheckAfter(Duration.ofMillis(200)).withGiveUpAfter(giveUpAfter);
        StreamFollower first = StreamFollower.open(address, FollowFrom.entry(0), options);
        follower = first;
        int next = 0;
        while (next < RECEIVED) {
            EntryBatch batch = Objects.requireNonNull(first.next(PATIENCE));
            for (Entry entry : batch) {
                assertThat(entry).isEqualTo(new Entry(next, 2, data(next, 0)));
                next++;
            }
        }
        ResumeToken token = ResumeToken.parse(String.valueOf(first.resumeToken()));
        if (way == Way.STAY) {
            change.run();
            return first;
        }
        Objects.requireNonNull(server).close();
        change.run();
        serve(address.getPort());
        if (way == Way.RECONNECT) {
            return first;
        }
        first.close();
        follower = StreamFollower.open(address, FollowFrom.token(token), options);
        return Objects.requireNonNull(follower);
    }

    private PlaceLost placeLost(Way way, Runnable change) {
        Throwable thrown = catchThrowable(() -> {
            StreamFollower back = away(way, change);
            EntryBatch batch = back.next(PATIENCE);
            throw new AssertionError("It went on with " + batch);
        });
        assertThat(thrown).isInstanceOf(PlaceLost.class);
        PlaceLost lost = (PlaceLost) thrown;
        assertThat(lost.nextNumber()).isEqualTo(RECEIVED);
        if (way != Way.RESTART) {
            assertThatThrownBy(() -> Objects.requireNonNull(follower).next(PATIENCE))
                    .as("it stays that way")
                    .isSameAs(lost);
        }
        return lost;
    }

    private void regrow(int from, int to, int variant, int equalLast) {
        stream().truncate(from);
        grow(stream(), from, to - equalLast, variant);
        grow(stream(), to - equalLast, to, 0);
    }

    private static void assertDiffers(PlaceLost lost, long first) {
        assertThat(lost).isInstanceOf(HistoryDiffers.class).hasMessageContaining("another history");
        assertThat(((HistoryDiffers) lost).firstDifference()).isEqualTo(first);
    }

    @ParameterizedTest
    @CsvSource({"RECONNECT, true", "RECONNECT, false", "RESTART, true", "RESTART, false", "STAY, true", "STAY, false"})
    void otherEntriesAmongTheLastAreFound(Way way, boolean withExtensions) {
        extensions = withExtensions;
        // The last 10 are equal again; before them 90 are not.
        PlaceLost lost = placeLost(way, () -> regrow(RECEIVED - 100, RECEIVED + 50, 1, 60));
        assertDiffers(lost, tokenAlone(way, withExtensions) ? RECEIVED - 256 : RECEIVED - 100);
    }

    @ParameterizedTest
    @EnumSource
    void aThousandEqualLastEntriesProveNothing(Way way) {
        PlaceLost lost = placeLost(way, () -> regrow(500, RECEIVED, 1, 1_000));
        assertDiffers(lost, 500);
        assertThat(lost).hasMessageContaining("from entry 500 on");
    }

    @ParameterizedTest
    @EnumSource
    void oneOtherByteLongAgoIsFound(Way way) {
        byte[] other = data(700, 0);
        other[39]++;
        PlaceLost lost = placeLost(way, () -> stream().rewriteCommittedEntry(700, 2, other));
        assertDiffers(lost, 700);
    }

    @ParameterizedTest
    @CsvSource({"RECONNECT, true", "RECONNECT, false", "RESTART, true", "RESTART, false", "STAY, true"})
    void oneOtherByteAmongTheLastIsFound(Way way, boolean withExtensions) {
        extensions = withExtensions;
        byte[] other = data(RECEIVED - 7, 0);
        other[0] ^= 1;
        PlaceLost lost = placeLost(way, () -> stream().rewriteCommittedEntry(RECEIVED - 7, 2, other));
        assertDiffers(lost, tokenAlone(way, withExtensions) ? RECEIVED - 256 : RECEIVED - 7);
    }

    /** What a token tells by itself is only that the entries it covers differ. */
    private static boolean tokenAlone(Way way, boolean withExtensions) {
        return way == Way.RESTART && !withExtensions;
    }

    @ParameterizedTest
    @CsvSource({"RECONNECT, true", "RECONNECT, false", "RESTART, true", "RESTART, false"})
    void anotherStreamIsFound(Way way, boolean withExtensions) {
        extensions = withExtensions;
        PlaceLost lost = placeLost(way, () -> {
            stream().close();
            stream = open("other.bin");
            grow(stream(), 0, RECEIVED + 100, 7);
        });
        assertThat(lost).isInstanceOf(OtherStream.class).hasMessageContaining("another stream");
    }

    @ParameterizedTest
    @CsvSource({"RECONNECT, true", "RECONNECT, false", "RESTART, true", "RESTART, false", "STAY, true", "STAY, false"})
    void aShorterStreamIsFound(Way way, boolean withExtensions) {
        extensions = withExtensions;
        PlaceLost lost = placeLost(way, () -> stream().truncate(RECEIVED - 2));
        assertThat(lost).isInstanceOf(StreamShorter.class).hasMessageContaining("2998");
        assertThat(((StreamShorter) lost).totalEntries()).isEqualTo(RECEIVED - 2);
    }

    /** Servers without the extension may have sent one entry before its commit: it gets the time that it may need. */
    @ParameterizedTest
    @CsvSource({"RECONNECT, true", "RECONNECT, false", "RESTART, true", "RESTART, false", "STAY, true"})
    void aStreamThatIsShorterByOneIsFoundInTheEnd(Way way, boolean withExtensions) {
        extensions = withExtensions;
        giveUpAfter = Duration.ofSeconds(1);
        PlaceLost lost = placeLost(way, () -> stream().truncate(RECEIVED - 1));
        assertThat(lost).isInstanceOf(StreamShorter.class);
        assertThat(((StreamShorter) lost).totalEntries()).isEqualTo(RECEIVED - 1);
    }

    @ParameterizedTest
    @CsvSource({"RECONNECT, true", "RECONNECT, false", "RESTART, true", "RESTART, false", "STAY, true", "STAY, false"})
    void whatGrewAgainAsItWasIsNoLoss(Way way, boolean withExtensions) {
        extensions = withExtensions;
        // Everything from there on can be compared, and is the same.
        StreamFollower back = away(way, () -> regrow(RECEIVED - 200, RECEIVED + 10, 0, 0));
        assertGoesOn(back, RECEIVED, RECEIVED + 10);
    }

    @ParameterizedTest
    @CsvSource({"RECONNECT, true", "RECONNECT, false", "RESTART, true", "RESTART, false"})
    void whatChangesBeyondThePlaceIsNoLoss(Way way, boolean withExtensions) {
        extensions = withExtensions;
        StreamFollower back = away(way, () -> {
            grow(stream(), RECEIVED, RECEIVED + 100, 5);
            stream().truncate(RECEIVED);
            grow(stream(), RECEIVED, RECEIVED + 20, 0);
        });
        assertGoesOn(back, RECEIVED, RECEIVED + 20);
    }

    private static void assertGoesOn(StreamFollower back, int from, int to) {
        int next = from;
        while (next < to) {
            EntryBatch batch = Objects.requireNonNull(back.next(PATIENCE));
            for (Entry entry : batch) {
                assertThat(entry).isEqualTo(new Entry(next, 2, data(next, 0)));
                next++;
            }
        }
    }
}
