package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.samples.EmbeddedSource;
import io.sluice.server.MisusePolicy;
import io.sluice.server.ServerOptions;
import io.sluice.server.SourceServer;
import io.sluice.server.SourceServerOptions;
import io.sluice.server.StreamServer;
import io.sluice.storage.DataStream;
import io.sluice.systemtests.DocsMarkdown.Block;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every hex example of the documentation is true of the example stream, which the sample EmbeddedSource writes. A block
 * {@code hex} is a conversation on a new connection: {@code >} is sent to a server, {@code <} is what it answers, and
 * {@code < closed} the end of the connection; {@code hex reply} is one with a server that answers misuse and goes on. A
 * block {@code hex at=N} is what the stream file holds from position N on. What stands behind two spaces is a comment.
 *
 * <p>A block {@code hex source} is a conversation with the source port of a server.
 *
 * <p>Eight bytes {@code gg} stand for the stream's generation, which nobody knows beforehand: the first time for whatever
 * comes, and from then on, in what is sent too, for the same again. Bytes {@code pp} and {@code qq} stand for whatever comes.
 */
class DocsHexTest {
    private static final int PATIENCE_MILLIS = 5_000;

    /** Long enough for what should not come, and short enough to be waited for in each conversation. */
    private static final int SILENCE_MILLIS = 60;

    private static final String GENERATION = "gg".repeat(Long.BYTES);

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> everyExampleIsTrue() {
        List<DynamicTest> examples = new ArrayList<>();
        for (DocsMarkdown page : DocsMarkdown.all()) {
            for (Block block : page.blocks("hex")) {
                String place = page.place(block.line());
                examples.add(DynamicTest.dynamicTest(place, () -> check(place, block)));
            }
        }
        assertThat(examples).as("hex examples").hasSizeGreaterThan(10);
        return examples.stream();
    }

    private void check(String place, Block block) throws IOException {
        Path file = folder.resolve(place.replaceAll("\\W", "-") + ".bin");
        EmbeddedSource.run(file, new PrintStream(OutputStream.nullOutputStream()));
        if (block.info().startsWith("hex at=")) {
            checkFile(file, Long.parseLong(block.info().substring("hex at=".length())), block);
            return;
        }
        if (block.info().equals("hex source")) {
            try (DataStream stream = DataStream.open(file);
                    SourceServer server = SourceServer.start(SourceServerOptions.defaults(), Map.of(1L, stream));
                    Socket socket = new Socket(
                            server.address().getAddress(), server.address().getPort())) {
                converse(socket, block);
            }
            return;
        }
        MisusePolicy policy = block.info().equals("hex reply") ? MisusePolicy.REPLY : MisusePolicy.CLOSE;
        assertThat(block.info()).isIn("hex", "hex reply");
        try (DataStream stream = DataStream.open(file);
                StreamServer server = StreamServer.start(
                        ServerOptions.defaults().withMisusePolicy(policy), Map.of(1L, stream.view()));
                Socket socket = new Socket(
                        server.address().getAddress(), server.address().getPort())) {
            converse(socket, block);
        }
    }

    private static void checkFile(Path path, long position, Block block) throws IOException {
        StringBuilder expected = new StringBuilder();
        block.lines().forEach(line -> expected.append(digits(line)));
        byte[] actual = new byte[expected.length() / 2];
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            file.seek(position);
            file.readFully(actual);
        }
        assertThat(HexFormat.of().formatHex(actual)).isEqualTo(expected.toString());
    }

    private static void converse(Socket socket, Block block) throws IOException {
        InputStream in = socket.getInputStream();
        boolean closed = false;
        String generation = GENERATION;
        for (String line : block.lines()) {
            String digits = digits(line.substring(1)).replace(GENERATION, generation);
            socket.setSoTimeout(PATIENCE_MILLIS);
            if (line.startsWith(">")) {
                socket.getOutputStream().write(HexFormat.of().parseHex(digits));
            } else if (line.strip().equals("< closed")) {
                assertThat(in.read()).as("what comes when the end should").isEqualTo(-1);
                closed = true;
            } else {
                assertThat(line).startsWith("<");
                String actual = HexFormat.of().formatHex(in.readNBytes(digits.length() / 2));
                int unknown = digits.indexOf(GENERATION);
                if (unknown >= 0) {
                    generation = actual.substring(unknown, unknown + GENERATION.length());
                }
                assertThat(known(actual, digits)).as(line).isEqualTo(digits.replace(GENERATION, generation));
            }
        }
        if (!closed) {
            assertNothingFollows(socket, in);
        }
    }

    /** What came, with the letters of the example where it does not say what comes. */
    private static String known(String actual, String digits) {
        StringBuilder known = new StringBuilder(actual);
        for (int i = 0; i < digits.length() && i < actual.length(); i++) {
            if (digits.charAt(i) == 'p' || digits.charAt(i) == 'q') {
                known.setCharAt(i, digits.charAt(i));
            }
        }
        return known.toString();
    }

    private static void assertNothingFollows(Socket socket, InputStream in) throws IOException {
        socket.setSoTimeout(SILENCE_MILLIS);
        try {
            assertThat(in.read()).as("what comes after the last answer").isNull();
        } catch (SocketTimeoutException e) {
            // That is what the example says: nothing.
            assertThat(socket.isConnected()).isTrue();
        }
    }

    private static String digits(String line) {
        String bare = line.strip();
        int comment = bare.indexOf("  ");
        return (comment < 0 ? bare : bare.substring(0, comment)).replace(" ", "");
    }
}
