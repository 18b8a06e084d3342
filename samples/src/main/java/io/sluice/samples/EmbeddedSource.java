package io.sluice.samples;

import io.sluice.core.Bookmark;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSource;
import io.sluice.storage.DataStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Writes three blocks into a stream file, each in an atomic operation of its own; run again, it writes the next three.
 * What it writes into a new file is the example stream of docs/protocol.md.
 */
public final class EmbeddedSource {
    private static final int BLOCK = 1;
    private static final int TRANSACTION = 2;
    private static final int ENTRIES_PER_BLOCK = 3;

    private EmbeddedSource() {}

    /** Takes the name of the stream file. */
    public static void main(String[] args) {
        if (args.length != 1) {
            throw new IllegalArgumentException("Usage: EmbeddedSource FILE");
        }
        run(Path.of(args[0]), System.out);
    }

    /** Opens the file, or makes it, and writes. */
    public static void run(Path file, PrintStream out) {
        try (DataStream stream = DataStream.open(file)) {
            int written = (int) (stream.getHeader().totalEntries() / ENTRIES_PER_BLOCK);
            for (int number = written + 1; number <= written + 3; number++) {
                StreamHeader header = writeBlock(stream, number);
                out.println("block " + number + " is committed, the stream has " + header.totalEntries() + " entries");
            }
        }
    }

    /** Any {@link StreamSource} will do. */
    static StreamHeader writeBlock(StreamSource stream, int number) {
        stream.startAtomicOp();
        stream.addStreamBookmark(Bookmark.of((byte) number));
        stream.addStreamEntry(BLOCK, text("block " + number));
        stream.addStreamEntry(TRANSACTION, text("tx " + number));
        return stream.commitAtomicOp();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
