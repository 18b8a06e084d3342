package io.sluice.samples;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSource;
import io.sluice.source.RemoteStreamSource;
import io.sluice.source.SourceOptions;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * Writes three blocks into the stream of a server, each in an atomic operation of its own, and reads the last one back; run
 * again, it writes the next three.
 */
public final class RemoteSource {
    private static final int BLOCK = 1;
    private static final int TRANSACTION = 2;
    private static final int ENTRIES_PER_BLOCK = 3;

    private RemoteSource() {}

    /** Takes the host of a server, and its source port. */
    public static void main(String[] args) {
        if (args.length != 2) {
            throw new IllegalArgumentException("Usage: RemoteSource HOST PORT");
        }
        run(new InetSocketAddress(args[0], Integer.parseInt(args[1])), System.out);
    }

    /** Connects, writes, and reads back. */
    public static void run(InetSocketAddress server, PrintStream out) {
        try (StreamSource stream = RemoteStreamSource.connect(server, SourceOptions.defaults())) {
            int written = (int) (stream.getHeader().totalEntries() / ENTRIES_PER_BLOCK);
            for (int number = written + 1; number <= written + 3; number++) {
                StreamHeader header = writeBlock(stream, number);
                out.println("block " + number + " is committed, the stream has " + header.totalEntries() + " entries");
            }
            Entry block = stream.getFirstEventAfterBookmark(Bookmark.of((byte) (written + 3)));
            out.println("the last one is " + new String(block.data(), StandardCharsets.UTF_8));
        }
    }

    /** The same as of a source in the server's process. */
    private static StreamHeader writeBlock(StreamSource stream, int number) {
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
