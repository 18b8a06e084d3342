package io.sluice.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Result;
import io.sluice.core.SourceGrant;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceReply;
import io.sluice.core.SourceRequest;
import io.sluice.core.SourceResult;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException.DiskFull;
import io.sluice.core.StreamSourceException.Fenced;
import io.sluice.core.StreamSourceException.OutcomeUnknown;
import io.sluice.core.StreamSourceException.Unreachable;
import io.sluice.source.ScriptedSourceServer.HangUp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In which order, and until when, a remote source brings a server what it is told. */
@Timeout(60)
final class RemoteDeliveryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final SourceOptions OPTIONS = SourceOptions.defaults().withTimeout(PATIENCE);
    private static final int LARGE = 1 << 19;

    /** More than two kernels hold of a connection on which nothing is read. */
    private static final int LARGE_COUNT = 48;

    private ScriptedSourceServer server;
    private final AtomicInteger greetings = new AtomicInteger();
    private final CountDownLatch release = new CountDownLatch(1);

    @BeforeEach
    void startServer() throws IOException {
        server = new ScriptedSourceServer();
        server.script(this::answer);
    }

    @AfterEach
    void closeServer() throws IOException {
        release.countDown();
        server.close();
    }

    /** What a server without troubles says. */
    private SourceReply answer(SourceMessage message) {
        if (message instanceof SourceMessage.Greet) {
            greetings.incrementAndGet();
            return ScriptedSourceServer.grant(0, 7, 0);
        }
        if (message instanceof SourceMessage.Commit commit) {
            return ScriptedSourceServer.committed(commit);
        }
        if (message instanceof SourceRequest.Truncate truncate) {
            ByteBuffer content =
                    ByteBuffer.allocate(Long.BYTES + StreamHeader.LENGTH).putLong(8);
            ScriptedSourceServer.header(truncate.number()).putTo(content);
            return new SourceReply(truncate.code(), truncate.request(), Result.OK, content.array());
        }
        if (message instanceof SourceRequest.GetHeader get) {
            ByteBuffer content = ByteBuffer.allocate(StreamHeader.LENGTH);
            ScriptedSourceServer.header(0).putTo(content);
            return new SourceReply(get.code(), get.request(), Result.OK, content.array());
        }
        return message instanceof SourceRequest request
                ? new SourceReply(request.code(), request.request(), Result.OK)
                : null;
    }

    private void awaitRelease() {
        try {
            assertThat(release.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos() / 2;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as("time to wait").isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private static void addLarge(RemoteStreamSource source) {
        for (int i = 0; i < LARGE_COUNT; i++) {
            source.addStreamEntry(1, new byte[LARGE]);
        }
    }

    private List<Class<?>> kinds(Class<?>... among) {
        List<Class<?>> wanted = List.of(among);
        return server.received.stream()
                .<Class<?>>map(Object::getClass)
                .filter(wanted::contains)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {32_700, 65_400, 65_468, 65_469, 65_490, 65_504, 65_505, 70_000})
    void entriesOfAnyLengthCanBeCommitted(int length) {
        try (RemoteStreamSource source = RemoteStreamSource.connect(server.address(), OPTIONS)) {
            source.startAtomicOp();
            source.addStreamEntry(1, new byte[length]);
            assertThat(source.commitAtomicOp().totalEntries()).isEqualTo(1);
            source.startAtomicOp();
            source.addStreamEntry(1, new byte[1]);
            source.addStreamEntry(1, new byte[length]);
            assertThat(source.commitAtomicOp().totalEntries()).isEqualTo(3);
        }
    }

    @Test
    void anOperationLargerThanTheMemoryGoesOnAsSoonAsItIsSent() {
        SourceOptions impatient = OPTIONS.withMemoryBytes(2 << 20).withTimeout(Duration.ofSeconds(5));
        try (RemoteStreamSource source = RemoteStreamSource.connect(server.address(), impatient)) {
            source.startAtomicOp();
            addLarge(source);
            assertThat(source.commitAtomicOp().totalEntries()).isEqualTo(LARGE_COUNT);
        }
    }

    @Test
    void aTruncationDoesNotOvertakeARollback() throws Exception {
        server.script(message -> {
            if (message instanceof SourceMessage.AddEntry) {
                awaitRelease();
            }
            return answer(message);
        });
        try (RemoteStreamSource source = RemoteStreamSource.connect(server.address(), OPTIONS)) {
            source.startAtomicOp();
            addLarge(source);
            source.rollbackAtomicOp();
            Thread truncating = new Thread(() -> source.truncate(0));
            truncating.start();
            until(() -> truncating.getState() == Thread.State.WAITING
                    || truncating.getState() == Thread.State.TIMED_WAITING);
            release.countDown();
            truncating.join(PATIENCE.toMillis());
            assertThat(kinds(SourceMessage.Rollback.class, SourceRequest.Truncate.class))
                    .containsExactly(SourceMessage.Rollback.class, SourceRequest.Truncate.class);
        }
    }

    @Test
    void aRollbackIsSentAlthoughAnOperationBeforeItFails() {
        AtomicInteger entries = new AtomicInteger();
        AtomicInteger commits = new AtomicInteger();
        SourceMessage.Commit[] first = new SourceMessage.Commit[1];
        server.script(message -> {
            if (message instanceof SourceMessage.Commit commit && commits.getAndIncrement() == 0) {
                first[0] = commit;
                return null;
            }
            if (message instanceof SourceMessage.AddEntry && entries.incrementAndGet() == 2) {
                awaitRelease();
                return new SourceReply(
                        SourceMessage.Commit.CODE, first[0].operation(), SourceResult.of(130, "no room"));
            }
            return answer(message);
        });
        try (RemoteStreamSource source = RemoteStreamSource.connect(server.address(), OPTIONS)) {
            source.startAtomicOp();
            source.addStreamEntry(1, new byte[1]);
            CompletableFuture<StreamHeader> failing = source.commitAtomicOpAsync();
            source.startAtomicOp();
            addLarge(source);
            // The sender is in the middle of it.
            until(() -> entries.get() == 2);
            source.rollbackAtomicOp();
            release.countDown();
            assertThat(failing)
                    .failsWithin(PATIENCE)
                    .withThrowableThat()
                    .havingCause()
                    .isExactlyInstanceOf(DiskFull.class);
            source.startAtomicOp();
            source.addStreamEntry(1, new byte[1]);
            assertThat(source.commitAtomicOp().totalEntries()).isEqualTo(1);
            assertThat(kinds(SourceMessage.Start.class, SourceMessage.Rollback.class))
                    .containsExactly(
                            SourceMessage.Start.class,
                            SourceMessage.Start.class,
                            SourceMessage.Rollback.class,
                            SourceMessage.Start.class);
        }
    }

    @Test
    void anotherServerMayWantToHearOfTheSourceMoreOften() {
        server.script(message -> {
            if (message instanceof SourceMessage.Greet) {
                return ScriptedSourceServer.grant(0, 7, 0, greetings.getAndIncrement() == 0 ? 60_000 : 400);
            }
            if (message instanceof SourceRequest.GetHeader && greetings.get() == 1) {
                throw new HangUp();
            }
            return answer(message);
        });
        try (RemoteStreamSource source = RemoteStreamSource.connect(server.address(), OPTIONS)) {
            source.getHeader();
            until(() -> kinds(SourceRequest.KeepAlive.class).size() > 2);
        }
    }

    @Test
    void whoeverHoldsUpTheThreadThatTellsDoesNotHoldUpOthers() {
        server.script(message -> message instanceof SourceMessage.Greet ? answer(message) : null);
        SourceOptions impatient = OPTIONS.withTimeout(Duration.ofMillis(500));
        try (RemoteStreamSource source = RemoteStreamSource.connect(server.address(), impatient)) {
            CountDownLatch told = new CountDownLatch(1);
            source.startAtomicOp();
            source.addStreamEntry(1, new byte[1]);
            CompletableFuture<Boolean> first = source.commitAtomicOpAsync().handle((header, failure) -> {
                told.countDown();
                awaitRelease();
                return failure instanceof OutcomeUnknown;
            });
            until(() -> told.getCount() == 0);
            CompletableFuture<StreamHeader> header = CompletableFuture.supplyAsync(source::getHeader);
            assertThat(header)
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .havingCause()
                    .isExactlyInstanceOf(Unreachable.class);
            release.countDown();
            assertThat(first).succeedsWithin(PATIENCE).isEqualTo(true);
        }
    }

    @Test
    void anAnswerToAnotherQuestionLosesNoRequest() {
        server.script(message -> message instanceof SourceRequest.GetHeader get && greetings.get() == 1
                ? new SourceReply(SourceRequest.GetEntry.CODE, get.request(), Result.OK)
                : answer(message));
        try (RemoteStreamSource source = RemoteStreamSource.connect(server.address(), OPTIONS)) {
            assertThat(CompletableFuture.supplyAsync(source::getHeader)).succeedsWithin(PATIENCE);
        }
    }

    @Test
    void aLeaseThatIsLostWithTheGreetingIsLost() {
        server.script(message ->
                new SourceReply(SourceReply.LEASE_LOST, 0, SourceResult.of(SourceResult.FENCED, "taken over")));
        assertThatThrownBy(() -> RemoteStreamSource.connect(server.address(), OPTIONS))
                .isExactlyInstanceOf(Fenced.class)
                .hasMessage("taken over");
    }

    @Test
    void whoWaitedInVainIsToldWhy() throws Exception {
        InetSocketAddress nobody;
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
        }
        SourceOptions impatient = OPTIONS.withTimeout(Duration.ofMillis(500));
        assertThatThrownBy(() -> RemoteStreamSource.connect(nobody, impatient))
                .isExactlyInstanceOf(Unreachable.class)
                .hasMessageContaining("refused");
    }

    @Test
    void whatIsChainedToACommitMayCloseTheSource() {
        SourceOptions patient = OPTIONS.withTimeout(Duration.ofSeconds(60));
        RemoteStreamSource source = RemoteStreamSource.connect(server.address(), patient);
        source.startAtomicOp();
        source.addStreamEntry(1, new byte[1]);
        CompletableFuture<Void> closed = source.commitAtomicOpAsync().thenRun(source::close);
        assertThat(closed).succeedsWithin(PATIENCE);
        until(() -> kinds(SourceRequest.Close.class).size() == 1);
    }

    @Test
    void aListenerThatFailsAltogetherEndsNothing() {
        SourceListener broken = new SourceListener() {
            @Override
            public void connected(SourceGrant grant) {
                throw new AssertionError("broken");
            }

            @Override
            public void disconnected(String reason) {
                throw new AssertionError("broken");
            }
        };
        try (RemoteStreamSource source = RemoteStreamSource.connect(server.address(), OPTIONS.withListener(broken))) {
            assertThat(CompletableFuture.supplyAsync(source::getHeader)).succeedsWithin(PATIENCE);
        }
    }
}
