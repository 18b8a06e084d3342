package io.sluice.cli;

import io.sluice.cli.DemoSource.Commit;
import io.sluice.client.EntryBatch;
import io.sluice.client.StreamFollower;
import java.time.Duration;
import java.util.Locale;

/** The demo's node: follows the stream over TCP, and checks each entry. */
final class DemoReceiver {
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final StreamFollower follower;
    private final DemoSource source;
    private final EntryChecker checker;
    private final Output out;
    private final boolean lines;
    private final Latencies latencies = new Latencies();
    private long lastReceivedAtNanos;

    /** @param lines whether each block is shown as it comes */
    DemoReceiver(StreamFollower follower, DemoSource source, EntryChecker checker, Output out, boolean lines) {
        this.follower = follower;
        this.source = source;
        this.checker = checker;
        this.out = out;
        this.lines = lines;
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
        while (batch.advance()) {
            checker.check(batch.number(), batch.type(), batch.data());
        }
        lastReceivedAtNanos = System.nanoTime();
        Commit commit = source.commits().peek();
        while (commit != null && batch.lastNumber() >= commit.lastNumber()) {
            source.commits().remove();
            long latency = lastReceivedAtNanos - commit.calledAtNanos();
            if (commit.isWarm()) {
                latencies.add(latency);
            }
            if (lines) {
                show(commit, latency);
            }
            commit = source.commits().peek();
        }
    }

    private void show(Commit commit, long latency) {
        int count = commit.block().entries().size();
        out.line(String.format(
                        Locale.ROOT,
                        "block %5d   batch %3d   entries %6d to %6d   %5d bytes   %7.2f ms",
                        commit.block().number(),
                        commit.block().batch(),
                        commit.lastNumber() - count + 1,
                        commit.lastNumber(),
                        commit.block().dataLength(),
                        latency / 1e6))
                .flush();
    }

    /** From the call of commit to the operation's last entry, received and checked. */
    Latencies latencies() {
        return latencies;
    }

    long lastReceivedAtNanos() {
        return lastReceivedAtNanos;
    }
}
