package io.sluice.cli;

import io.sluice.client.ClientException;
import io.sluice.client.ClientException.ProtocolViolation;
import io.sluice.client.ClientOptions;
import io.sluice.client.EntryBatch;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.FollowProgress;
import io.sluice.client.FollowerListener;
import io.sluice.client.FollowerState;
import io.sluice.client.StreamFollower;
import io.sluice.core.Entry;
import io.sluice.zkevm.StreamCheck;
import io.sluice.zkevm.StreamFault;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Gives the entries of a server's stream to a check, up to the end that it has when this begins. */
final class CheckedServer {
    /** So often somebody looks whether a connection was made again. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Console console;
    private final ProgressLine progress;
    private final StreamCheck check;
    private final long started = System.nanoTime();

    CheckedServer(Console console, ProgressLine progress, StreamCheck check) {
        this.console = console;
        this.progress = progress;
        this.check = check;
    }

    void read(InetSocketAddress server, long streamType, Duration giveUpAfter) {
        FollowNotices notices = new FollowNotices(console, false, Words.time(giveUpAfter));
        FollowOptions options = FollowOptions.defaults()
                .withClient(ClientOptions.defaults().withStreamType(streamType))
                .withGiveUpAfter(giveUpAfter)
                .withListener(new Watch(notices, progress));
        try (StreamFollower follower = StreamFollower.open(server, FollowFrom.entry(0), options)) {
            FollowProgress begin = follower.progress();
            long end = begin.nextNumber() + begin.behindBy();
            try {
                receive(follower, end, notices);
            } catch (ProtocolViolation e) {
                check.add(new StreamFault(
                        StreamFault.Kind.PROTOCOL, check.due(), Words.oneLine(String.valueOf(e.getMessage()))));
            }
        }
    }

    private void receive(StreamFollower follower, long end, FollowNotices notices) {
        long next = 0;
        while (Long.compareUnsigned(next, end) < 0) {
            EntryBatch batch = follower.next(LOOK);
            notices.look(batch != null, "entry " + Words.unsigned(next));
            if (batch != null) {
                for (Entry entry : batch) {
                    if (entry.number() == end) {
                        break;
                    }
                    check.add(entry);
                }
                next = batch.lastNumber() + 1;
            }
            progress.show(new Done(next, end, started));
        }
    }

    /** How far it is, in words. */
    private record Done(long entries, long total, long started) {
        @Override
        public String toString() {
            Duration time = Duration.ofNanos(System.nanoTime() - started);
            return entries * 100 / total + "%, " + Words.grouped(entries) + " of " + Words.entries(total) + ", "
                    + Words.grouped(Words.perSecond(entries, time)) + "/s";
        }
    }

    /** A server that does not keep to the protocol is what is looked for, and not asked again. */
    private record Watch(FollowNotices notices, ProgressLine progress) implements FollowerListener {
        @Override
        public void stateChanged(FollowerState state, @Nullable ClientException because) {
            if (because instanceof ProtocolViolation violation) {
                throw violation;
            }
            progress.clear();
            notices.stateChanged(state, because);
        }
    }
}
