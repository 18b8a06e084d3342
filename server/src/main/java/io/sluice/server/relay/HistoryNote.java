package io.sluice.server.relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
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
 */
final class HistoryNote {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryNote.class);
    private static final Pattern LINE = Pattern.compile("(\\S{1,300}) ([0-9a-f]{1,16})");
    private static final int MAX_BYTES = 1 << 20;

    private final Path file;
    private final Map<String, Long> generations = new HashMap<>();

    HistoryNote(Path folder) {
        this.file = folder.resolve("upstreams");
        try {
            if (Files.exists(file) && Files.size(file) <= MAX_BYTES) {
                for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                    Matcher matcher = LINE.matcher(line);
                    if (matcher.matches()) {
                        generations.put(matcher.group(1), Long.parseUnsignedLong(matcher.group(2), 16));
                    }
                }
            }
        } catch (IOException e) {
            LOG.warn("{} cannot be read, what upstreams have is compared: {}", file, e.toString());
        }
    }

    OptionalLong of(Upstream upstream) {
        Long generation = generations.get(upstream.toString());
        return generation == null ? OptionalLong.empty() : OptionalLong.of(generation);
    }

    /** From now on entries are copied from this history; to be called before the first one is. */
    void put(Upstream upstream, OptionalLong generation) {
        Long next = generation.isPresent() ? generation.getAsLong() : null;
        Long before =
                next == null ? generations.remove(upstream.toString()) : generations.put(upstream.toString(), next);
        if (next == null ? before != null : !next.equals(before)) {
            write();
        }
    }

    private void write() {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(generations)
                .forEach((name, generation) -> text.append(name)
                        .append(' ')
                        .append(Long.toHexString(generation))
                        .append('\n'));
        Path next = file.resolveSibling("upstreams.next");
        try {
            Files.writeString(next, text, StandardCharsets.ISO_8859_1);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }
}
