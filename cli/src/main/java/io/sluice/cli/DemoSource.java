package io.sluice.cli;

import io.sluice.cli.ChainBuilder.NewBlock;
import io.sluice.cli.DemoChain.Block;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSource;
import io.sluice.zkevm.BlockWriter;
import io.sluice.zkevm.EntryTypes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The demo's sequencer: a block is an atomic operation. First at a steady pace, then as fast as it goes.
 *
 * <p><b>Threading:</b> {@link #run} on a thread of its own. What it tells is for one other thread: {@link #commits} at any
 * time, the rest once {@link #isDone}.
 */
final class DemoSource implements Runnable {
    static final int BLOCKS_PER_SECOND = 20;
    static final Duration BURST = Duration.ofSeconds(2);

    private static final Duration PACE = Duration.ofSeconds(1).dividedBy(BLOCKS_PER_SECOND);
    private static final long MAX_BURST_ENTRIES = 600_000;
    private static final int MAX_ON_THE_WAY = 1024;

    /** After so many blocks one more operation is begun and rolled back. */
    private static final int BLOCKS_PER_ROLLBACK = 20;

    private static final byte[] NEVER_COMMITTED = "nobody should see this".getBytes(StandardCharsets.US_ASCII);

    private final StreamSource stream;
    private final BlockWriter writer;
    private final DemoChain chain;
    private final Duration time;
    private final StopRequest stop;
    private final Queue<Commit> commits = new ConcurrentLinkedQueue<>();
    private final Latencies forced = new Latencies();
    private long steadyOperations;
    private long steadyEntries;
    private long steadyBytes;
    private long rolledBack;
    private long burstOperations;
    private long burstEntries;
    private long burstBytes;
    private long burstStarted;
    private @Nullable Throwable failure;

    /** Nobody receives any more. */
    private volatile boolean ended;

    /** Written last: whoever sees it set sees all of the above. */
    private volatile boolean done;

    /** One commit at a steady pace: its block, and when it was called. */
    record Commit(Block block, long calledAtNanos) {
        /** Whether its time counts: a virtual machine needs a second until it is warm. */
        boolean isWarm() {
            return block.number() > BLOCKS_PER_SECOND;
        }
    }

    DemoSource(StreamSource stream, long seed, Duration time, StopRequest stop) {
        this.stream = stream;
        this.writer = new BlockWriter(stream);
        this.chain = new DemoChain(seed);
        this.time = time;
        this.stop = stop;
    }

    @Override
    public void run() {
        try {
            steady();
            if (!stop.isRequested() && !ended) {
                burst();
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            done = true;
        }
    }

    private void steady() {
        long started = System.nanoTime();
        long blocks = time.toSeconds() * BLOCKS_PER_SECOND;
        long empty = stream.getHeader().totalLength();
        for (long i = 0; i < blocks; i++) {
            long wait = started + i * PACE.toNanos() - System.nanoTime();
            if (stop.await(Duration.ofNanos(Math.max(wait, 0))) || ended) {
                return;
            }
            if (i % BLOCKS_PER_ROLLBACK == BLOCKS_PER_ROLLBACK - 1) {
                rollBackOne();
            }
            Block block = chain.next();
            long last = add(block);
            long called = System.nanoTime();
            Commit commit = new Commit(block, called);
            commits.add(commit);
            StreamHeader header = stream.commitAtomicOp();
            if (commit.isWarm()) {
                forced.add(System.nanoTime() - called);
            }
            steadyOperations++;
            steadyEntries = last + 1;
            steadyBytes = header.totalLength() - empty;
        }
    }

    private void rollBackOne() {
        stream.startAtomicOp();
        stream.addStreamEntry(EntryTypes.L2_BLOCK, NEVER_COMMITTED);
        stream.rollbackAtomicOp();
        rolledBack++;
    }

    private void burst() {
        Semaphore room = new Semaphore(MAX_ON_THE_WAY);
        long before = stream.getHeader().totalLength();
        CompletableFuture<StreamHeader> last = CompletableFuture.completedFuture(stream.getHeader());
        burstStarted = System.nanoTime();
        while (System.nanoTime() - burstStarted < BURST.toNanos()
                && burstEntries < MAX_BURST_ENTRIES
                && !ended
                && !last.isCompletedExceptionally()) {
            Block block = chain.next();
            room.acquireUninterruptibly();
            burstEntries = add(block) + 1 - steadyEntries;
            last = stream.commitAtomicOpAsync().whenComplete((header, problem) -> room.release());
            burstOperations++;
        }
        try {
            burstBytes = last.join().totalLength() - before;
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Opens an operation for it; the number of its last entry. */
    private long add(Block block) {
        NewBlock content = block.content();
        stream.startAtomicOp();
        if (content.start() != null) {
            writer.addBatchStart(content.start());
        }
        long last = writer.addBlock(content.header(), content.transactions());
        return content.end() == null ? last : writer.addBatchEnd(content.end());
    }

    /** Stops it before its time if need be, and waits until it has stopped. */
    void end(Thread thread) {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Queue<Commit> commits() {
        return commits;
    }

    boolean isDone() {
        return done;
    }

    /** Throws what ended it before its time, if something did. */
    void throwFailure() {
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }

    long committedEntries() {
        return steadyEntries + burstEntries;
    }

    /** Each is an operation. */
    long committedBlocks() {
        return steadyOperations + burstOperations;
    }

    String steadyFigures() {
        return Words.grouped(steadyOperations) + " operations, " + Words.entries(steadyEntries) + ", "
                + Words.bytes(steadyBytes) + "; " + rolledBack + " more were rolled back";
    }

    Latencies forced() {
        return forced;
    }

    boolean hasBurst() {
        return burstOperations > 0;
    }

    /** What the burst was, and how fast, if its last entry was received then. */
    String burstFigures(long receivedAtNanos) {
        Duration took = Duration.ofNanos(receivedAtNanos - burstStarted);
        return Words.grouped(burstOperations) + " operations of one block each, " + Words.entries(burstEntries) + ", "
                + Words.bytes(burstBytes) + ", as fast as possible, received and checked in " + Words.seconds(took)
                + ": " + Words.grouped(Words.perSecond(burstOperations, took)) + " operations/s, "
                + Words.grouped(Words.perSecond(burstEntries, took)) + " entries/s, "
                + Words.bytes(Words.perSecond(burstBytes, took)) + "/s";
    }
}
