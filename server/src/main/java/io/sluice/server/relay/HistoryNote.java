package io.sluice.server.relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers beside the stream which history of each upstream it was copied from, so that an upstream which knows its
 * histories can tell after any break how far that one still stands. A note that is older than the stream, or gone, costs a
 * comparison and hides nothing.
 *
 * <p><b>Threading:</b> the thread that follows.
 *
 * <p><b>Failure:</b> an {@link UncheckedIOException} when the note cannot be written; it can be tried again.
 */
final class HistoryNote {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryNote.class);
    private static final Pattern LINE = Pattern.compile("(\\S{1,300}) ([0-9a-f]{1,16}) ([0-9]{1,19}|all)");
    private static final int MAX_BYTES = 1 << 20;
    private static final long ALL = Long.MAX_VALUE;

    private final Path file;
    private Map<String, Origin> origins = new TreeMap<>();

    /**
     * What was copied from an upstream.
     *
     * @param generation its name for that history
     * @param entries so many of the relay's entries are that history's; the others came from other upstreams
     */
    private record Origin(long generation, long entries) {}

    HistoryNote(Path folder) {
        this.file = folder.resolve("upstreams");
        try {
            if (Files.exists(file) && Files.size(file) <= MAX_BYTES) {
                for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                    read(line);
                }
            }
        } catch (IOException e) {
            LOG.warn("{} cannot be read, what upstreams have is compared: {}", file, e.toString());
        }
    }

    private void read(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            return;
        }
        try {
            long generation = Long.parseUnsignedLong(matcher.group(2), 16);
            long entries = matcher.group(3).equals("all") ? ALL : Long.parseLong(matcher.group(3));
            origins.put(matcher.group(1), new Origin(generation, entries));
        } catch (NumberFormatException e) {
            LOG.debug("{}: no note of an upstream: {}", file, line);
        }
    }

    /** What the upstream called the history that entries were copied from. */
    OptionalLong generationOf(Upstream upstream) {
        Origin origin = origins.get(upstream.toString());
        return origin == null ? OptionalLong.empty() : OptionalLong.of(origin.generation());
    }

    /** So many of the relay's entries are of that history. */
    long entriesOf(Upstream upstream) {
        Origin origin = origins.get(upstream.toString());
        return origin == null ? 0 : origin.entries();
    }

    /**
     * All that the relay has was compared with this history, and from now on entries are copied from it; to be called before
     * the first one is.
     *
     * @param next the number of that one
     */
    void joined(Upstream upstream, OptionalLong generation, long next) {
        Map<String, Origin> joined = limited(next, true);
        joined.remove(upstream.toString());
        if (generation.isPresent()) {
            joined.put(upstream.toString(), new Origin(generation.getAsLong(), ALL));
        }
        become(joined);
    }

    /** The relay has so many entries now, and no more. */
    void cut(long next) {
        become(limited(next, false));
    }

    /** What it called its history says nothing any more. */
    void forget(Upstream upstream) {
        Map<String, Origin> others = new TreeMap<>(origins);
        others.remove(upstream.toString());
        become(others);
    }

    private Map<String, Origin> limited(long next, boolean all) {
        Map<String, Origin> limited = new TreeMap<>(origins);
        limited.replaceAll((name, origin) -> origin.entries() <= next || (origin.entries() == ALL && !all)
                ? origin
                : new Origin(origin.generation(), next));
        return limited;
    }

    /** On the disk first: if that fails it is still to be done when it is tried again. */
    private void become(Map<String, Origin> next) {
        if (!next.equals(origins)) {
            write(next);
            origins = next;
        }
    }

    private void write(Map<String, Origin> changed) {
        StringBuilder text = new StringBuilder();
        changed.forEach((name, origin) -> text.append(name)
                .append(' ')
                .append(Long.toHexString(origin.generation()))
                .append(' ')
                .append(origin.entries() == ALL ? "all" : String.valueOf(origin.entries()))
                .append('\n'));
        Path next = file.resolveSibling("upstreams.next");
        byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        try (FileChannel channel = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes));
            // It must not be older than the entries that are about to be copied.
            channel.force(true);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
