package io.sluice.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Result;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceReply;
import io.sluice.core.SourceRequest;
import io.sluice.core.SourceResult;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException.DiskFull;
import io.sluice.core.StreamSourceException.Fenced;
import io.sluice.core.StreamSourceException.HistoryChanged;
import io.sluice.core.StreamSourceException.OutcomeUnknown;
import io.sluice.core.StreamSourceException.Stopped;
import io.sluice.source.ScriptedSourceServer.HangUp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a remote source makes of what a server says, above all when a connection breaks before the answer. */
@Timeout(60)
final class RemoteOutcomeTest {
    private static final SourceOptions OPTIONS = SourceOptions.defaults().withTimeout(Duration.ofSeconds(20));
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private ScriptedSourceServer server;
    private final AtomicInteger greetings = new AtomicInteger();

    @BeforeEach
    void startServer() throws IOException {
        server = new ScriptedSourceServer();
    }

    @AfterEach
    void closeServer() throws IOException {
        server.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<CompletableFuture<StreamHeader>> submit(RemoteStreamSource source, String... contents) {
        List<CompletableFuture<StreamHeader>> outcomes = new ArrayList<>();
        for (String content : contents) {
            source.startAtomicOp();
            source.addStreamEntry(1, bytes(content));
            outcomes.add(source.commitAtomicOpAsync());
        }
        return outcomes;
    }

    private static void assertFails(CompletableFuture<StreamHeader> outcome, Class<? extends Exception> kind) {
        assertThat(outcome)
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .havingCause()
                .isExactlyInstanceOf(kind);
    }

    @Test
    void anOperationThatFailsTakesThoseBehindItAlongAndItsNumbersAreGivenOutAgain() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        server.script(message -> {
            if (message instanceof SourceMessage.Greet) {
                return ScriptedSourceServer.grant(0, 7, 0);
            }
            if (message instanceof SourceMessage.Commit commit) {
                if (commit.endNumber() == 1) {
                    return ScriptedSourceServer.committed(commit);
                }
                await(release);
                return commit.endNumber() == 2 && greetings.getAndIncrement() > 0
                        ? ScriptedSourceServer.committed(commit)
                        : new SourceReply(commit.code(), commit.operation(), SourceResult.of(130, "no room"));
            }
            return null;
        });
        try (RemoteStreamSource source = RemoteStreamSource.connect(server.address(), OPTIONS)) {
            List<CompletableFuture<StreamHeader>> outcomes = submit(source, "a", "b", "c");
            assertThat(outcomes.get(0)).succeedsWithin(PATIENCE);
            source.startAtomicOp();
            assertThat(source.addStreamEntry(1, bytes("d"))).isEqualTo(3);
            release.countDown();
            assertFails(outcomes.get(1), DiskFull.class);
            assertFails(outcomes.get(2), DiskFull.class);
            assertThat(source.addStreamEntry(1, bytes("e"))).isEqualTo(4);
            assertThatThrownBy(source::commitAtomicOp)
                    .isExactlyInstanceOf(DiskFull.class)
                    .hasMessage("no room");
            source.startAtomicOp();
            assertThat(source.addStreamEntry(1, bytes("b"))).isEqualTo(1);
            assertThat(source.commitAtomicOp().totalEntries()).isEqualTo(2);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The first connection takes three operations of one entry and answers none; then this is what the second one says. */
    private void breakAfterThree(long total, long generation, long unchangedBefore, long sumOf) {
        server.script(message -> {
            if (message instanceof SourceMessage.Greet) {
                return greetings.getAndIncrement() == 0
                        ? ScriptedSourceServer.grant(0, 7, 0)
                        : ScriptedSourceServer.grant(total, generation, unchangedBefore);
            }
            if (message instanceof SourceMessage.Commit commit) {
                if (greetings.get() > 1) {
                    return ScriptedSourceServer.committed(commit);
                }
                if (commit.endNumber() == 3) {
                    throw new HangUp();
                }
            }
            if (message instanceof SourceRequest.GetChecksum get) {
                ByteBuffer sum = ByteBuffer.allocate(Long.BYTES).putLong(sumOf);
                assertThat(get.fromNumber()).isZero();
                assertThat(get.toNumber()).isEqualTo(total);
                return new SourceReply(get.code(), get.request(), Result.OK, sum.array());
            }
            return null;
        });
    }

    private static long sum(String... contents) {
        EntrySums sums = new EntrySums();
        sums.begin(0);
        for (int i = 0; i < contents.length; i++) {
            sums.added(i, 1, bytes(contents[i]));
        }
        return sums.total();
    }

    @Test
    void whatIsInIsToldAndWhatIsNotIsSentAgain() {
        breakAfterThree(2, 7, -1, sum("a", "b"));
        try (RemoteStreamSource source = RemoteStreamSource.connect(server.address(), OPTIONS)) {
            List<CompletableFuture<StreamHeader>> outcomes = submit(source, "a", "b", "c");
            for (CompletableFuture<StreamHeader> outcome : outcomes) {
                assertThat(outcome).succeedsWithin(PATIENCE);
            }
            List<SourceMessage> again = server.received.subList(lastGreeting() + 1, server.received.size());
            assertThat(again.stream().filter(SourceMessage.AddEntry.class::isInstance))
                    .singleElement()
                    .satisfies(entry -> assertThat(((SourceMessage.AddEntry) entry).number())
                            .isEqualTo(2));
            SourceMessage.Greet greeting = (SourceMessage.Greet) server.received.get(lastGreeting());
            assertThat(greeting.claim()).isEqualTo(SourceMessage.Claim.CONTINUE);
            assertThat(greeting.generation()).isEqualTo(7);
        }
    }

    private int lastGreeting() {
        for (int i = server.received.size() - 1; i >= 0; i--) {
            if (server.received.get(i) instanceof SourceMessage.Greet) {
                return i;
            }
        }
        throw new AssertionError("nobody greeted");
    }

    @ParameterizedTest
    @CsvSource({
        // The entries are others, by their sum.
        "2, 7, -1, 12345",
        // More entries than were sent.
        "5, 7, -1, 0",
        // A generation of which nothing is known.
        "2, 8, 0, 0",
        // Cut and grown again.
        "2, 8, 1, 0"
    })
    void aChangedHistoryMakesTheOutcomeUnknownAndEndsTheSource(
            long total, long generation, long unchangedBefore, long sum) {
        breakAfterThree(total, generation, unchangedBefore, sum);
        try (RemoteStreamSource source = RemoteStreamSource.connect(server.address(), OPTIONS)) {
            for (CompletableFuture<StreamHeader> outcome : submit(source, "a", "b", "c")) {
                assertFails(outcome, OutcomeUnknown.class);
            }
            assertThatThrownBy(source::startAtomicOp).isExactlyInstanceOf(HistoryChanged.class);
            assertThatThrownBy(source::getHeader).isExactlyInstanceOf(HistoryChanged.class);
        }
    }

    @Test
    void acknowledgedEntriesThatAreGoneEndTheSource() {
        server.script(message -> {
            if (message instanceof SourceMessage.Greet) {
                return ScriptedSourceServer.grant(greetings.getAndIncrement() == 0 ? 5 : 4, 7, 4);
            }
            throw new HangUp();
        });
        try (RemoteStreamSource source = RemoteStreamSource.connect(server.address(), OPTIONS)) {
            assertThatThrownBy(source::getHeader).isExactlyInstanceOf(HistoryChanged.class);
        }
    }

    @Test
    void acknowledgedEntriesThatAreGoneAreNoticedAfterAnUnknownOutcomeToo() {
        server.script(message -> {
            if (message instanceof SourceMessage.Greet) {
                return ScriptedSourceServer.grant(greetings.getAndIncrement() == 0 ? 5 : 4, 7, 4);
            }
            return null;
        });
        SourceOptions impatient = OPTIONS.withTimeout(Duration.ofMillis(300));
        try (RemoteStreamSource source = RemoteStreamSource.connect(server.address(), impatient)) {
            assertFails(submit(source, "a").get(0), OutcomeUnknown.class);
            assertThatThrownBy(source::startAtomicOp).isExactlyInstanceOf(HistoryChanged.class);
        }
    }

    @Test
    void aLeaseThatIsLostBetweenCommitAndAnswerMakesTheOutcomeUnknown() {
        server.script(message -> {
            if (message instanceof SourceMessage.Greet) {
                return greetings.getAndIncrement() == 0
                        ? ScriptedSourceServer.grant(0, 7, 0)
                        : new SourceReply(101, 0, SourceResult.of(SourceResult.FENCED, "another has it"));
            }
            if (message instanceof SourceMessage.Commit) {
                throw new HangUp();
            }
            return null;
        });
        try (RemoteStreamSource source = RemoteStreamSource.connect(server.address(), OPTIONS)) {
            assertFails(submit(source, "a").get(0), OutcomeUnknown.class);
            assertThatThrownBy(source::startAtomicOp)
                    .isExactlyInstanceOf(Fenced.class)
                    .hasMessage("another has it");
        }
    }

    @Test
    void overAConnectionThatHoldsTheServerSaysWhatIsNotIn() {
        server.script(message -> {
            if (message instanceof SourceMessage.Greet) {
                return ScriptedSourceServer.grant(0, 7, 0);
            }
            if (message instanceof SourceMessage.Commit) {
                return new SourceReply(SourceReply.LEASE_LOST, 0, SourceResult.of(SourceResult.FENCED, "taken over"));
            }
            return null;
        });
        try (RemoteStreamSource source = RemoteStreamSource.connect(server.address(), OPTIONS)) {
            assertFails(submit(source, "a").get(0), Fenced.class);
            assertThatThrownBy(source::startAtomicOp).isExactlyInstanceOf(Fenced.class);
        }
    }

    @Test
    void aTruncationWhoseAnswerIsLostIsAskedForAgain() {
        server.script(message -> {
            if (message instanceof SourceMessage.Greet) {
                return greetings.getAndIncrement() == 0
                        ? ScriptedSourceServer.grant(9, 7, 0)
                        : ScriptedSourceServer.grant(4, 8, 4);
            }
            if (message instanceof SourceRequest.Truncate truncate) {
                if (greetings.get() == 1) {
                    throw new HangUp();
                }
                ByteBuffer content =
                        ByteBuffer.allocate(Long.BYTES + StreamHeader.LENGTH).putLong(8);
                ScriptedSourceServer.header(4).putTo(content);
                return new SourceReply(truncate.code(), truncate.request(), Result.OK, content.array());
            }
            return null;
        });
        try (RemoteStreamSource source = RemoteStreamSource.connect(server.address(), OPTIONS)) {
            source.truncate(4);
            source.startAtomicOp();
            assertThat(source.addStreamEntry(1, bytes("x"))).isEqualTo(4);
        }
    }

    @Test
    void aServersRubbishEndsTheConnectionAndNotTheSource() {
        server.script(message -> {
            if (message instanceof SourceMessage.Greet) {
                return ScriptedSourceServer.grant(0, 7, -1);
            }
            if (message instanceof SourceMessage.Commit commit) {
                return greetings.getAndIncrement() == 0
                        ? new SourceReply(commit.code(), commit.operation(), Result.OK, new byte[] {1, 2, 3})
                        : ScriptedSourceServer.committed(commit);
            }
            return null;
        });
        try (RemoteStreamSource source = RemoteStreamSource.connect(server.address(), OPTIONS)) {
            assertThat(submit(source, "a").get(0)).succeedsWithin(PATIENCE);
        }
    }

    @Test
    void aServerThatTakesNothingMoreIsToldAtTheCommit() {
        server.script(message -> {
            if (message instanceof SourceMessage.Greet) {
                return ScriptedSourceServer.grant(0, 7, 0);
            }
            return message instanceof SourceMessage.Commit commit
                    ? new SourceReply(commit.code(), commit.operation(), SourceResult.of(132, "the disk failed"))
                    : null;
        });
        try (RemoteStreamSource source = RemoteStreamSource.connect(server.address(), OPTIONS)) {
            source.startAtomicOp();
            source.addStreamEntry(1, bytes("a"));
            assertThatThrownBy(source::commitAtomicOp)
                    .isExactlyInstanceOf(Stopped.class)
                    .hasMessage("the disk failed");
        }
    }
}
