package io.sluice.cli;

import io.sluice.cli.SnapshotCommand.Copied;
import io.sluice.client.ClientException.PlaceLost;
import io.sluice.client.EntryBatch;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.FollowProgress;
import io.sluice.client.StreamClient;
import io.sluice.client.StreamFollower;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import io.sluice.storage.StreamFileWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.OptionalLong;

/** Copies a server's stream, up to an operation's end that is not before the end which it has when this begins. */
final class ServerSnapshot {
    /** So often somebody looks whether this is to end. */
    private static final Duration LOOK = Duration.ofMillis(200);

    private final Console console;
    private final ServerStream source;
    private final Duration giveUpAfter;

    ServerSnapshot(Console console, ServerStream source, Duration giveUpAfter) {
        this.console = console;
        this.source = source;
        this.giveUpAfter = giveUpAfter;
    }

    Copied copy(StreamFileWriter target) throws IOException {
        StreamHeader before = header();
        ProgressLine progress = new ProgressLine(console);
        FollowNotices notices = new FollowNotices(console, false, Words.time(giveUpAfter));
        FollowOptions options = FollowOptions.defaults()
                .withWholeOperations(true)
                .withGiveUpAfter(giveUpAfter)
                .withListener(notices);
        try (StreamFollower follower = source.follow(FollowFrom.entry(0), options)) {
            receive(follower, target, notices, progress);
        } catch (PlaceLost e) {
            throw CommandFailure.failed(e.getMessage()
                    + " The stream was cut or changed while it was copied: there is no copy. Copy it again.");
        } finally {
            progress.clear();
        }
        confirm(before, target.entries());
        return new Copied(before, OptionalLong.empty());
    }

    private StreamHeader header() {
        try (StreamClient client = source.connect()) {
            return client.header();
        }
    }

    private void receive(StreamFollower follower, StreamFileWriter target, FollowNotices notices, ProgressLine progress)
            throws IOException {
        FollowProgress begin = follower.progress();
        long end = begin.nextNumber() + begin.behindBy();
        long started = System.nanoTime();
        boolean isWhole = true;
        while (target.entries() < end || !isWhole) {
            EntryBatch batch = follower.next(LOOK);
            SnapshotCommand.requireNoStop(console);
            notices.look(batch != null, "entry " + Words.unsigned(target.entries()));
            if (batch != null) {
                ByteBuffer bytes = batch.bytes();
                for (int index = 0; index < bytes.limit(); index += EntryFormat.length(bytes, index)) {
                    target.add(bytes, index);
                }
                isWhole = batch.endsOperation();
            }
            progress.show(new CopiedSoFar(target.entries(), end, target.position(), started));
        }
    }

    /** A server that does not tell of changes is asked once more what it has. */
    private void confirm(StreamHeader before, long entries) {
        StreamHeader now = header();
        if (!now.withTotals(before.totalLength(), before.totalEntries()).equals(before)
                || Long.compareUnsigned(now.totalEntries(), entries) < 0) {
            throw CommandFailure.failed(source + " has another stream than when the copy began, or has cut it: it has "
                    + Words.entries(now.totalEntries()) + " now, and " + Words.grouped(entries)
                    + " were copied. There is no copy; copy it again.");
        }
    }

    /** How far it is, in words. */
    private record CopiedSoFar(long entries, long total, long bytes, long started) {
        @Override
        public String toString() {
            Duration time = Duration.ofNanos(System.nanoTime() - started);
            return Math.min(100, entries * 100 / Math.max(1, total)) + "%, " + Words.grouped(entries) + " of "
                    + Words.entries(total) + ", " + Words.bytes(Words.perSecond(bytes, time)) + "/s";
        }
    }
}
