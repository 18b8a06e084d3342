package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Command;
import io.sluice.storage.DataStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What a Go server was recorded to say, said by this one, byte for byte. */
class RecordedConversationsTest {
    private static final Pattern FIELD =
            Pattern.compile("\"(name|send|recv|closedByServer)\"\\s*:\\s*\"?([^\",\\s]*)\"?");

    private record Step(byte[] send, byte[] receive, boolean closedByServer) {}

    private record Conversation(String name, List<Step> steps) {}

    @TempDir
    Path folder;

    @TestFactory
    List<DynamicTest> eachConversationIsTheSameWithReply() throws IOException {
        Path vectors = Path.of(System.getProperty("sluice.shared", "../../shared"), "vectors");
        boolean there = Files.isDirectory(vectors);
        if (!there && "true".equals(System.getenv("CI"))) {
            throw new AssertionError("There are no vectors in " + vectors.toAbsolutePath() + ".");
        }
        Assumptions.assumeTrue(there, () -> "There are no vectors in " + vectors.toAbsolutePath() + ".");
        Path file = folder.resolve("small.bin");
        try (InputStream zipped = new GZIPInputStream(Files.newInputStream(vectors.resolve("small.bin.gz")))) {
            Files.copy(zipped, file);
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (Conversation conversation : conversations(Files.readString(vectors.resolve("small.transcripts.json")))) {
            tests.add(DynamicTest.dynamicTest(conversation.name(), () -> hold(conversation, file)));
        }
        assertThat(tests).hasSizeGreaterThan(10);
        return tests;
    }

    private static List<Conversation> conversations(String json) {
        List<Conversation> conversations = new ArrayList<>();
        Matcher field = FIELD.matcher(json);
        byte[] send = new byte[0];
        byte[] receive = new byte[0];
        while (field.find()) {
            String value = field.group(2);
            switch (field.group(1)) {
                case "name" -> conversations.add(new Conversation(value, new ArrayList<>()));
                case "send" -> send = HexFormat.of().parseHex(value);
                case "recv" -> receive = HexFormat.of().parseHex(value);
                default ->
                    conversations
                            .get(conversations.size() - 1)
                            .steps()
                            .add(new Step(send, receive, Boolean.parseBoolean(value)));
            }
        }
        return conversations;
    }

    private static void hold(Conversation conversation, Path file) throws IOException {
        ServerOptions options = ServerOptions.defaults().withMisusePolicy(MisusePolicy.REPLY);
        try (DataStream stream = DataStream.open(file);
                StreamServer server = StreamServer.start(options, Map.of(1L, stream.view()));
                TestClient client = new TestClient(server.address())) {
            for (Step step : conversation.steps()) {
                client.sendBytes(step.send());
                client.expect(step.receive());
                if (step.closedByServer()) {
                    client.expectEnd();
                    return;
                }
            }
            if (conversation.name().equals("invalid-command")) {
                // Nothing after it can be understood: here the connection is closed, which the Go server does not do.
                client.expectEnd();
                return;
            }
            // Nothing else was on its way: what comes next is the result of one more misuse.
            client.send(new Command.Stop(1));
            int code = client.readPacket().getInt(5);
            assertThat(code).isIn(0, 2);
        }
    }
}
