package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.client.ClientException.StreamShorter;
import io.sluice.core.Bookmark;
import io.sluice.samples.EmbeddedServer;
import io.sluice.samples.EmbeddedSource;
import io.sluice.samples.FollowAsSubscriber;
import io.sluice.samples.FollowStream;
import io.sluice.samples.FollowWithCallback;
import io.sluice.samples.QueryStream;
import io.sluice.samples.ReadBlocks;
import io.sluice.samples.RemoteSource;
import io.sluice.samples.ResumeAfterRestart;
import io.sluice.samples.WriteBlocks;
import io.sluice.server.ServerOptions;
import io.sluice.server.SourceServer;
import io.sluice.server.SourceServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.systemtests.DocsMarkdown.Block;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java of the documentation is that of the samples, and the samples do what they promise. */
class DocsSnippetsTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    @Test
    void everyJavaSnippetStandsInASample() {
        List<List<String>> samples = DocsMarkdown.files(DocsMarkdown.HOME.resolve("samples/src"), 20, ".java")
                .map(path -> bare(DocsMarkdown.lines(path)))
                .toList();
        List<String> strangers = new ArrayList<>();
        int count = 0;
        for (DocsMarkdown page : DocsMarkdown.all()) {
            for (Block block : page.blocks("java")) {
                count++;
                List<String> snippet = bare(block.lines());
                if (samples.stream().noneMatch(sample -> Collections.indexOfSubList(sample, snippet) >= 0)) {
                    strangers.add(page.place(block.line()));
                }
            }
        }
        assertThat(strangers).as("snippets that stand in no sample").isEmpty();
        assertThat(count).as("snippets").isGreaterThanOrEqualTo(3);
    }

    private static List<String> bare(List<String> lines) {
        return lines.stream().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }

    @Test
    void theSourceSaysWhatItCommittedAndGoesOnWhereItEnded() {
        EmbeddedSource.run(folder.resolve("stream.bin"), out);
        EmbeddedSource.run(folder.resolve("stream.bin"), out);

        assertThat(lines())
                .hasSize(6)
                .startsWith("block 1 is committed, the stream has 3 entries")
                .endsWith("block 6 is committed, the stream has 18 entries");
    }

    @Test
    void theRemoteSourceSaysWhatItCommittedAndGoesOnWhereItEnded() {
        try (DataStream stream = DataStream.open(folder.resolve("stream.bin"));
                SourceServer server = SourceServer.start(SourceServerOptions.defaults(), Map.of(1L, stream))) {
            RemoteSource.run(server.address(), out);
            RemoteSource.run(server.address(), out);
        }

        assertThat(lines())
                .hasSize(8)
                .startsWith("block 1 is committed, the stream has 3 entries")
                .contains("the last one is block 3")
                .endsWith("block 6 is committed, the stream has 18 entries", "the last one is block 6");
    }

    @Test
    void theClientsPrintWhatTheyReceive() {
        EmbeddedSource.run(folder.resolve("stream.bin"), out);
        printed.reset();
        try (DataStream stream = DataStream.open(folder.resolve("stream.bin"));
                StreamServer server = StreamServer.start(ServerOptions.defaults(), Map.of(1L, stream.view()))) {
            InetSocketAddress address = server.address();

            FollowStream.run(address, 7, 9, out);
            assertThat(lines())
                    .containsExactly(
                            "Entry[number=7, type=1, data=626c6f636b2033 (7 bytes)]",
                            "Entry[number=8, type=2, data=74782033 (4 bytes)]");

            printed.reset();
            QueryStream.run(address, Bookmark.fromHex("01"), Bookmark.fromHex("02"), out);
            assertThat(lines())
                    .startsWith("entries: 9", "newest: Entry[number=8, type=2, data=74782033 (4 bytes)]")
                    .contains("after 0x01: Entry[number=1, type=1, data=626c6f636b2031 (7 bytes)]")
                    .filteredOn(line -> line.startsWith("between: "))
                    .hasSize(4);
        }
    }

    @Test
    void theFollowersReceiveAllInEachWay() {
        EmbeddedSource.run(folder.resolve("stream.bin"), out);
        try (DataStream stream = DataStream.open(folder.resolve("stream.bin"));
                StreamServer server = StreamServer.start(ServerOptions.defaults(), Map.of(1L, stream.view()))) {
            printed.reset();
            FollowWithCallback.run(server.address(), 9, out);
            assertThat(lines()).startsWith("CONNECTING", "FOLLOWING").contains("entries 0 to 8");

            printed.reset();
            FollowAsSubscriber.run(server.address(), 9, out);
            assertThat(lines()).containsExactly("entries 0 to 8");
        }
    }

    @Test
    void aConsumerGoesOnAfterItsRestartAndNoticesAnotherHistory() throws IOException {
        Path file = folder.resolve("stream.bin");
        Path result = folder.resolve("result");
        EmbeddedSource.run(file, out);
        serving(file, address -> ResumeAfterRestart.run(address, result, 9, out));
        EmbeddedSource.run(file, out);
        printed.reset();
        serving(file, address -> ResumeAfterRestart.run(address, result, 18, out));
        // Three times a bookmark of 1 byte, a block of 7 and a transaction of 4, and then once more.
        assertThat(lines()).containsExactly("going on with entry 9 after 36 bytes", "72 bytes");

        try (DataStream stream = DataStream.open(file)) {
            stream.truncate(3);
        }
        printed.reset();
        assertThatThrownBy(() -> serving(file, address -> ResumeAfterRestart.run(address, result, 18, out)))
                .isInstanceOf(StreamShorter.class);
        assertThat(lines()).containsExactly("The result is of a stream that is not there any more, up to entry 17");
    }

    private interface Client {
        void run(InetSocketAddress server) throws IOException;
    }

    private static void serving(Path file, Client client) throws IOException {
        try (DataStream stream = DataStream.open(file);
                StreamServer server = StreamServer.start(ServerOptions.defaults(), Map.of(1L, stream.view()))) {
            client.run(server.address());
        }
    }

    @Test
    void theServerCommitsAndServesInOneProcess() throws InterruptedException {
        EmbeddedServer.run(folder.resolve("stream.bin"), 0, OptionalLong.of(2), out);

        assertThat(lines()).hasSize(1).allMatch(line -> line.matches("ready [\\w.]+:\\d+"));
        try (var stream = DataStream.openReadOnly(folder.resolve("stream.bin"))) {
            assertThat(stream.view().committed().entries()).isEqualTo(4);
        }
    }

    @Test
    void theBlocksOfAZkevmAreReadAsTheyWereWritten() throws IOException {
        Path file = folder.resolve("stream.bin");
        WriteBlocks.run(file);
        serving(file, address -> ReadBlocks.run(address, 1, 2, out));
        assertThat(lines())
                .containsExactly(
                        "block 1 of batch 1, from entry 2",
                        "  0x33469b22e9f636356c4160a87eb19df52b7412e8eac32a4a55ffe88ea8350788"
                                + " of 0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f",
                        "block 2 of batch 1, from entry 6");
    }

    private List<String> lines() {
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
