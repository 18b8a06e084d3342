package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.client.ClientException.ConnectionLost;
import io.sluice.client.ClientException.Refused;
import io.sluice.core.Bookmark;
import io.sluice.core.Command;
import io.sluice.core.CommandDecoder;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Conversations that were recorded with a Go server: a scripted server plays its part byte for byte, and checks that
 * the client sends the recorded commands. What the client gives is compared with what the file of that server holds.
 */
class RecordedConversationsTest {
    private static final StreamHeader HEADER = new StreamHeader(3, 1101, 1, 4821, 15);

    /** These conversations misuse the protocol in a way that the client finds out by itself, or cannot send at all. */
    private static final Set<String> MISUSES =
            Set.of("invalid-command", "already-started", "header-while-streaming", "stop-not-started");

    private static final Pattern TOKEN =
            Pattern.compile("\"name\": \"([^\"]*)\"|\"send\": \"([0-9a-f]*)\",\\s*\"recv\": \"([0-9a-f]*)\",\\s*"
                    + "\"closedByServer\": (true|false)");

    private record Step(byte[] send, byte[] receive, boolean closedByServer) {}

    @TestFactory
    Stream<DynamicTest> theClientHoldsItsPartOf() throws IOException {
        Path vectors = Path.of(System.getProperty("sluice.shared", "../shared"), "vectors");
        Path transcripts = vectors.resolve("small.transcripts.json");
        if (!"true".equals(System.getenv("CI"))) {
            assumeTrue(Files.exists(transcripts), () -> "There is no " + transcripts);
        }
        Map<String, List<Step>> conversations = conversations(Files.readString(transcripts));
        assertThat(conversations).hasSize(15).containsKeys(MISUSES.toArray(String[]::new));
        return conversations.entrySet().stream()
                .filter(conversation -> !MISUSES.contains(conversation.getKey()))
                .map(conversation -> DynamicTest.dynamicTest(
                        conversation.getKey(), () -> replay(conversation.getKey(), conversation.getValue())));
    }

    private static Map<String, List<Step>> conversations(String json) {
        Map<String, List<Step>> conversations = new LinkedHashMap<>();
        List<Step> steps = new ArrayList<>();
        HexFormat hex = HexFormat.of();
        for (Matcher token = TOKEN.matcher(json); token.find(); ) {
            if (token.group(1) != null) {
                steps = new ArrayList<>();
                conversations.put(token.group(1), steps);
            } else {
                steps.add(new Step(
                        hex.parseHex(token.group(2)), hex.parseHex(token.group(3)), "true".equals(token.group(4))));
            }
        }
        return conversations;
    }

    private static void replay(String name, List<Step> steps) throws IOException {
        long streamType = command(steps.get(0)).streamType();
        try (ScriptedServer server = new ScriptedServer(session -> {
                    for (Step step : steps) {
                        session.expect(step.send());
                        session.send(step.receive());
                        if (step.closedByServer()) {
                            return;
                        }
                    }
                    session.expectClose();
                });
                StreamClient client = server.connect(ClientOptions.defaults().withStreamType(streamType))) {
            for (Step step : steps) {
                if (step.closedByServer()) {
                    assertThatThrownBy(() -> call(client, step)).isInstanceOf(ConnectionLost.class);
                } else if (code(step) != 0) {
                    Refused refused = catchThrowableOfType(Refused.class, () -> call(client, step));
                    assertThat(refused.result().code()).as(name).isEqualTo(code(step));
                } else {
                    call(client, step);
                }
            }
        }
    }

    private static Command command(Step step) {
        Command command = CommandDecoder.read(ByteBuffer.wrap(step.send()));
        assertThat(command).isNotNull();
        return command;
    }

    private static int code(Step step) {
        return ByteBuffer.wrap(step.receive()).getInt(5);
    }

    /** Does with the client what the recorded command stands for, and checks what the client gives. */
    private static void call(StreamClient client, Step step) {
        Command command = command(step);
        if (command instanceof Command.Header) {
            assertThat(client.header()).isEqualTo(HEADER);
        } else if (command instanceof Command.Entry entry) {
            assertThat(client.entry(entry.entryNumber()).stream().toList()).isEqualTo(queried(step));
        } else if (command instanceof Command.FirstAfterBookmark first) {
            assertThat(client.firstEventAfter(first.bookmark()).stream().toList())
                    .isEqualTo(queried(step));
        } else if (command instanceof Command.Start start) {
            client.follow(start.fromEntryNumber());
            assertStream(client, streamed(step, 0), start.fromEntryNumber());
        } else if (command instanceof Command.StartBookmark start) {
            client.follow(start.fromBookmark());
            assertStream(client, streamed(step, 0), 10);
        } else if (command instanceof Command.RangeBookmark range) {
            assertRange(client.range(range.fromBookmark(), range.toBookmark()), step, range.toBookmark());
        } else {
            assertThat(command).isInstanceOf(Command.Stop.class);
            client.stop();
        }
    }

    private static void assertStream(StreamClient client, List<Entry> expected, long first) {
        List<Entry> received = new ArrayList<>();
        while (received.size() < expected.size()) {
            EntryBatch batch = client.next(Duration.ofSeconds(10));
            assertThat(batch).isNotNull();
            received.addAll(batch.entries());
        }
        assertThat(received).isEqualTo(expected);
        assertThat(first + received.size()).as("the stream's end").isEqualTo(HEADER.totalEntries());
    }

    private static void assertRange(EntryRange range, Step step, Bookmark to) {
        List<Entry> received = new ArrayList<>();
        range.forEach(received::add);
        assertThat(received).isEqualTo(streamed(step, Long.BYTES));
        assertThat(received.get(received.size() - 1))
                .isEqualTo(new Entry(range.lastNumber(), EntryFormat.TYPE_BOOKMARK, to.toBytes()));
    }

    /** The entry that the recorded answer holds, if it is not the one that means "not found". */
    private static List<Entry> queried(Step step) {
        Entry entry = EntryFormat.read(ByteBuffer.wrap(step.receive()), 11);
        return entry.type() == EntryFormat.TYPE_NOT_FOUND ? List.of() : List.of(entry);
    }

    /** The entries that the recorded answer holds, this many bytes after its OK. */
    private static List<Entry> streamed(Step step, int offset) {
        ByteBuffer bytes = ByteBuffer.wrap(step.receive());
        List<Entry> entries = new ArrayList<>();
        for (int index = 11 + offset; index < bytes.limit(); index += EntryFormat.length(bytes, index)) {
            entries.add(EntryFormat.read(bytes, index));
        }
        return entries;
    }
}
