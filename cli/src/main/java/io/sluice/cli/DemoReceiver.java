package io.sluice.cli;

import io.sluice.cli.DemoSource.Commit;
import io.sluice.client.EntryBatch;
import io.sluice.client.StreamFollower;
import io.sluice.core.Entry;
import io.sluice.zkevm.BlockAssembler;
import io.sluice.zkevm.Generation;
import io.sluice.zkevm.WholeBlock;
import io.sluice.zkevm.ZkevmException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The demo's node: follows the stream over TCP, checks each entry, and makes blocks of them. */
final class DemoReceiver {
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final StreamFollower follower;
    private final DemoSource source;
    private final EntryChecker checker;
    private final @Nullable DemoScreen screen;
    private final Latencies latencies = new Latencies();
    private final BlockAssembler assembler = BlockAssembler.goingOn(Generation.PROTOBUF, this::note);
    private @Nullable ZkevmException problem;
    private long blocks;
    private long transactions;
    private long lastReceivedAtNanos;

    /** @param screen where each block is shown as it comes; null for nowhere */
    DemoReceiver(StreamFollower follower, DemoSource source, EntryChecker checker, @Nullable DemoScreen screen) {
        this.follower = follower;
        this.source = source;
        this.checker = checker;
        this.screen = screen;
    }

    /** Receives, with a follower of the stream from 0, until all is there that was committed, or nothing comes any more. */
    void run() {
        lastReceivedAtNanos = System.nanoTime();
        while (true) {
            // In this order: what was committed before it was done has to come.
            boolean done = source.isDone();
            if (done && checker.due() >= source.committedEntries()) {
                break;
            }
            EntryBatch batch = follower.next(LOOK);
            if (batch != null) {
                check(batch);
            } else if (done && System.nanoTime() - lastReceivedAtNanos > PATIENCE.toNanos()) {
                break;
            }
        }
        checker.end(source.committedEntries());
    }

    private void check(EntryBatch batch) {
        for (Entry entry : batch) {
            checker.check(entry.number(), entry.type(), ByteBuffer.wrap(entry.data()));
            assembler.add(entry).ifPresent(this::take);
        }
        lastReceivedAtNanos = System.nanoTime();
    }

    private void take(WholeBlock block) {
        blocks++;
        transactions += block.transactions().size();
        Commit commit = source.commits().peek();
        while (commit != null && block.header().number() >= commit.block().number()) {
            source.commits().remove();
            if (commit.block().number() == block.header().number()) {
                long latency = System.nanoTime() - commit.calledAtNanos();
                if (commit.isWarm()) {
                    latencies.add(latency);
                }
                if (screen != null) {
                    screen.show(block, latency);
                }
            }
            commit = source.commits().peek();
        }
    }

    private void note(ZkevmException newProblem) {
        if (problem == null) {
            problem = newProblem;
        }
    }

    /** Why what was received is not so many whole blocks; null when it is. */
    @Nullable
    String problem(long committedBlocks) {
        if (problem != null) {
            return String.valueOf(problem.getMessage());
        }
        return blocks == committedBlocks
                ? null
                : "They are " + Words.grouped(blocks) + " of " + Words.grouped(committedBlocks) + ".";
    }

    /** What the entries were made into. */
    String decoded() {
        return Words.count(blocks, "whole block", "whole blocks") + " with "
                + Words.count(transactions, "transaction", "transactions");
    }

    /** From the call of commit to the block, received, checked and decoded. */
    Latencies latencies() {
        return latencies;
    }

    long lastReceivedAtNanos() {
        return lastReceivedAtNanos;
    }
}
