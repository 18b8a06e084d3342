package io.sluice.client;

import static io.sluice.client.ScriptedServer.join;
import static io.sluice.client.ScriptedServer.ok;
import static io.sluice.client.ScriptedServer.queried;
import static io.sluice.client.ScriptedServer.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Command;
import io.sluice.core.Entry;
import io.sluice.core.Result;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamMark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What followers and the servers they talk to say, for the tests of followers. */
final class Follow {
    static final Duration PATIENCE = Duration.ofSeconds(15);
    static final long SYSTEM_ID = 1101;

    /** The history that a test begins with. */
    static final long OLD = 0x1111_2222_3333_4444L;

    /** The one that comes after it. */
    static final long NEW = 0x5555_6666_7777_8888L;

    private Follow() {}

    /** Checks a silent server soon. */
    static FollowOptions impatient() {
        return FollowOptions.defaults()
                .withClient(ClientOptions.defaults().withReplyTimeout(Duration.ofMillis(300)))
                .withCheckAfter(Duration.ofMillis(150));
    }

    static StreamFollower open(ScriptedServer server, FollowFrom from) {
        return open(server, from, FollowOptions.defaults());
    }

    static StreamFollower open(ScriptedServer server, FollowFrom from, FollowOptions options) {
        return StreamFollower.open(server.address(), from, options);
    }

    /** The entry that {@link ScriptedServer#entries} gives this number. */
    static Entry entry(long number) {
        return new Entry(number, 7, new byte[(int) (number % 10)]);
    }

    /** Takes batches until the entry with this number came, which must be a batch's last; checks each. */
    static void takeUpTo(StreamFollower follower, long first, long last) {
        assertThat(take(follower, (int) (last - first + 1))).isEqualTo(plain(first, last));
    }

    static List<Entry> plain(long first, long last) {
        List<Entry> entries = new ArrayList<>();
        for (long number = first; number <= last; number++) {
            entries.add(entry(number));
        }
        return entries;
    }

    /** Takes so many entries, in however many batches. */
    static List<Entry> take(StreamFollower follower, int count) {
        List<Entry> entries = new ArrayList<>();
        while (entries.size() < count) {
            EntryBatch batch = follower.next(PATIENCE);
            assertThat(batch).as("nothing came after %s", entries).isNotNull();
            entries.addAll(batch.entries());
        }
        return entries;
    }

    /** Takes batches until the follower fails. */
    static ClientException failure(StreamFollower follower) {
        try {
            while (follower.next(PATIENCE) != null) {}
        } catch (ClientException e) {
            return e;
        }
        throw new AssertionError("No failure came");
    }

    static byte[] header(long totalEntries) {
        return header(totalEntries, SYSTEM_ID);
    }

    static byte[] header(long totalEntries, long systemId) {
        ByteBuffer bytes = ByteBuffer.allocate(StreamHeader.LENGTH);
        new StreamHeader(3, systemId, 1, 4096, totalEntries).putTo(bytes);
        return bytes.array();
    }

    static byte[] mark(long wholeUpTo, long generation) {
        return mark(wholeUpTo, generation, 0);
    }

    static byte[] mark(long wholeUpTo, long generation, long operationEnd) {
        StreamMark mark = new StreamMark(wholeUpTo, generation, operationEnd);
        ByteBuffer bytes = ByteBuffer.allocate(mark.length());
        mark.putTo(bytes);
        return bytes.array();
    }

    /** The mark of a later version, which says more. */
    static byte[] longMark(long wholeUpTo, long generation, int length) {
        byte[] bytes = Arrays.copyOf(mark(wholeUpTo, generation), length);
        ByteBuffer.wrap(bytes).putInt(1, length);
        Arrays.fill(bytes, StreamMark.LENGTH, length, (byte) 2);
        return bytes;
    }

    /** Answers the question for the extension as a server that does not know it, and closes. */
    static void refuseExtension(ScriptedServer.Session session) throws IOException {
        session.expect(new Command.Extend(1));
        session.send(result(Result.INVALID_COMMAND));
    }

    static void extend(ScriptedServer.Session session, long wholeUpTo, long generation) throws IOException {
        session.expect(new Command.Extend(1));
        session.send(ok(), mark(wholeUpTo, generation));
    }

    static void answerHeader(ScriptedServer.Session session, long totalEntries) throws IOException {
        session.expect(new Command.Header(1));
        session.send(ok(), header(totalEntries));
    }

    static void start(ScriptedServer.Session session, long number, byte[]... stream) throws IOException {
        session.expect(new Command.Start(1, number));
        session.send(join(ok(), join(stream)));
    }

    /** A connection with marks, up to the stream. */
    static void marked(ScriptedServer.Session session, long total, long generation, long from, byte[]... stream)
            throws IOException {
        extend(session, total, generation);
        answerHeader(session, total);
        start(session, from, stream);
    }

    /** A connection without marks, up to the stream; the extension was refused before. */
    static void unmarked(ScriptedServer.Session session, long total, long from, byte[]... stream) throws IOException {
        answerHeader(session, total);
        start(session, from, stream);
    }

    /** Answers the question for an entry. */
    static void answerEntry(ScriptedServer.Session session, Entry entry) throws IOException {
        session.expect(new Command.Entry(1, entry.number()));
        session.send(ok(), queried(entry.number(), entry.type(), entry.data()));
    }
}
