package io.sluice.samples;

import io.sluice.client.StreamClient;
import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.StreamHeader;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Asks a server for single entries and for a range between two bookmarks. */
public final class QueryStream {
    private QueryStream() {}

    /** Takes the host and port of a server, and two bookmarks in hex digits. */
    public static void main(String[] args) {
        if (args.length != 4) {
            throw new IllegalArgumentException("Usage: QueryStream HOST PORT FROM TO");
        }
        InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        run(server, Bookmark.fromHex(args[2]), Bookmark.fromHex(args[3]), System.out);
    }

    /** Asks, and prints the answers. */
    public static void run(InetSocketAddress server, Bookmark from, Bookmark to, PrintStream out) {
        try (StreamClient client = StreamClient.connect(server)) {
            StreamHeader header = client.header();
            out.println("entries: " + header.totalEntries());

            Optional<Entry> newest = client.entry(header.totalEntries() - 1);
            out.println("newest: " + newest.orElse(null));

            Optional<Entry> event = client.firstEventAfter(from);
            out.println("after " + from + ": " + event.orElse(null));

            client.range(from, to).forEach(entry -> out.println("between: " + entry));
        }
    }
}
