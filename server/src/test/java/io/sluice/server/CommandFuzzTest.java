package io.sluice.server;

import static io.sluice.server.FakeStream.bookmark;
import static io.sluice.server.FakeStream.event;

import io.sluice.core.Bookmark;
import io.sluice.core.Command;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.Result;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamMark;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random commands in random pieces against a model that answers them one after the other. */
class CommandFuzzTest extends ServerTest {
    private static final int ENTRIES = 60;

    private final ByteArrayOutputStream expected = new ByteArrayOutputStream();

    @BeforeEach
    void fill() {
        Random random = new Random(7);
        for (int i = 0; i < ENTRIES; i++) {
            stream.commit(
                    i % 4 == 0
                            ? bookmark("0" + i / 4 % 10)
                            : event(i, random.nextInt(5) == 0 ? 3000 : random.nextInt(90), i));
        }
        stream.rewrite(1, stream.entry(1).data());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anySequenceInAnyPiecesGetsTheRepliesOfTheModel(long seed) throws IOException {
        Random random = new Random(seed);
        start(ServerOptions.defaults().withMisusePolicy(MisusePolicy.REPLY));
        TestClient client = connect();
        for (int round = 0; round < 30; round++) {
            expected.reset();
            Command[] commands = new Command[1 + random.nextInt(12)];
            for (int i = 0; i < commands.length; i++) {
                commands[i] = command(random);
                reply(commands[i]);
            }
            byte[] bytes = TestClient.bytesOf(commands);
            for (int sent = 0; sent < bytes.length; ) {
                int piece = Math.min(bytes.length - sent, 1 + random.nextInt(40));
                client.sendBytes(Arrays.copyOfRange(bytes, sent, sent + piece));
                sent += piece;
            }
            client.expect(expected.toByteArray());
        }
        client.expectIdle(stream);
    }

    private static Command command(Random random) {
        return switch (random.nextInt(10)) {
            case 0 -> new Command.Header(1);
            case 1 -> new Command.Entry(1, random.nextInt(ENTRIES + 3));
            case 2 -> new Command.FirstAfterBookmark(1, someBookmark(random));
            case 3 -> new Command.RangeBookmark(1, someBookmark(random), someBookmark(random));
            case 4 -> new Command.Start(1, ENTRIES + 1 + random.nextInt(3));
            case 5 -> new Command.StartBookmark(1, Bookmark.fromHex("ffff"));
            case 6 -> new Command.Extend(1);
            case 7 -> new Command.Unchanged(1, random.nextInt(3));
            case 8 -> new Command.Mark(1);
            default -> new Command.Stop(1);
        };
    }

    private static Bookmark someBookmark(Random random) {
        return Bookmark.fromHex("0" + Integer.toHexString(random.nextInt(12)));
    }

    private void reply(Command command) {
        if (command instanceof Command.Header) {
            put(Result.OK);
            ByteBuffer header = ByteBuffer.allocate(StreamHeader.LENGTH);
            stream.header().putTo(header);
            expected.writeBytes(header.array());
        } else if (command instanceof Command.Entry query) {
            put(Result.OK);
            put(stream.entry(query.entryNumber()));
        } else if (command instanceof Command.FirstAfterBookmark query) {
            OptionalLong number = stream.bookmark(query.bookmark());
            put(Result.OK);
            put(number.isEmpty() ? null : stream.firstEventFrom(number.getAsLong()));
        } else if (command instanceof Command.RangeBookmark range) {
            replyRange(range);
        } else if (command instanceof Command.Extend) {
            put(Result.OK);
            ByteBuffer mark = ByteBuffer.allocate(StreamMark.LENGTH);
            new StreamMark(ENTRIES, 1).putTo(mark);
            expected.writeBytes(mark.array());
        } else if (command instanceof Command.Unchanged query) {
            OptionalLong number = stream.unchangedBefore(query.generation());
            put(number.isEmpty() ? Result.UNKNOWN_GENERATION : Result.OK);
            number.ifPresent(first ->
                    expected.writeBytes(ByteBuffer.allocate(8).putLong(first).array()));
        } else if (command instanceof Command.Start) {
            put(Result.BAD_FROM_ENTRY);
        } else if (command instanceof Command.StartBookmark) {
            put(Result.BAD_FROM_BOOKMARK);
        } else {
            // A stop or a mark, and nothing streams.
            put(Result.ALREADY_STOPPED);
        }
    }

    private void replyRange(Command.RangeBookmark range) {
        OptionalLong from = stream.bookmark(range.fromBookmark());
        OptionalLong to = stream.bookmark(range.toBookmark());
        if (from.isEmpty()) {
            put(Result.BAD_FROM_BOOKMARK);
        } else if (to.isEmpty()) {
            put(Result.BAD_TO_BOOKMARK);
        } else if (from.getAsLong() > to.getAsLong()) {
            put(Result.BAD_FROM_BOOKMARK);
        } else {
            put(Result.OK);
            expected.writeBytes(ByteBuffer.allocate(8).putLong(to.getAsLong()).array());
            expected.writeBytes(stream.wire((int) from.getAsLong(), (int) to.getAsLong() + 1));
        }
    }

    private void put(Result result) {
        expected.writeBytes(TestClient.bytesOf(result));
    }

    private void put(@Nullable Entry entry) {
        ByteBuffer bytes = ByteBuffer.allocate(EntryFormat.HEADER_LENGTH + (entry == null ? 0 : entry.data().length));
        if (entry == null) {
            EntryFormat.putNotFound(bytes);
        } else {
            EntryFormat.put(bytes, EntryFormat.PACKET_QUERIED_ENTRY, entry.type(), entry.number(), entry.data());
        }
        expected.writeBytes(bytes.array());
    }
}
