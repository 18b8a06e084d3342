package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.core.Command;
import io.sluice.storage.DataStream;
import io.sluice.testing.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What a Go server was recorded to say, said by this one, byte for byte, in any fragmentation of the commands. */
class RecordedConversationsTest {
    /** Where the last result is that of a misuse, after which a server that closes on misuse closes. */
    private static final Set<String> MISUSES = Set.of("already-started", "header-while-streaming", "stop-not-started");

    /** Nothing after it can be understood: both kinds of server close, which the Go server did not. */
    private static final String INVALID = "invalid-command";

    @TempDir
    Path folder;

    @TestFactory
    List<DynamicTest> eachConversationIsAnsweredAsRecorded() {
        Path file = TestData.unpack("vectors/small.bin.gz", folder.resolve("small.bin"));
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode conversation : TestData.json("vectors/small.transcripts.json")) {
            for (MisusePolicy policy : MisusePolicy.values()) {
                for (boolean bytewise : new boolean[] {false, true}) {
                    String name = conversation.get("name").asText() + ", " + policy + (bytewise ? ", bytewise" : "");
                    tests.add(DynamicTest.dynamicTest(name, () -> hold(conversation, file, policy, bytewise)));
                }
            }
        }
        assertThat(tests).hasSize(15 * 4);
        return tests;
    }

    private static void hold(JsonNode conversation, Path file, MisusePolicy policy, boolean bytewise)
            throws IOException {
        String name = conversation.get("name").asText();
        try (DataStream stream = DataStream.open(file);
                StreamServer server = StreamServer.start(
                        ServerOptions.defaults().withPort(0).withMisusePolicy(policy), Map.of(1L, stream.view()));
                TestClient client = new TestClient(server.address())) {
            boolean closed = false;
            for (JsonNode step : conversation.get("steps")) {
                send(client, HexFormat.of().parseHex(step.get("send").asText()), bytewise);
                client.expect(HexFormat.of().parseHex(step.get("recv").asText()));
                closed = step.get("closedByServer").asBoolean();
            }
            if (closed || name.equals(INVALID) || (policy == MisusePolicy.CLOSE && MISUSES.contains(name))) {
                client.expectEnd();
            } else {
                assertNothingElseWasSent(client);
            }
        }
    }

    private static void send(TestClient client, byte[] bytes, boolean bytewise) throws IOException {
        if (!bytewise) {
            client.sendBytes(bytes);
            return;
        }
        for (byte each : bytes) {
            client.sendBytes(new byte[] {each});
        }
    }

    /** What comes next is the result of one more command. */
    private static void assertNothingElseWasSent(TestClient client) throws IOException {
        client.send(new Command.Stop(1));
        int code = client.readPacket().getInt(5);
        assertThat(code).isIn(0, 2);
    }
}
