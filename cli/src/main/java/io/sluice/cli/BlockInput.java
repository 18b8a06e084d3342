package io.sluice.cli;

import io.sluice.cli.InputLines.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of an input of {@code sluice import}, a line each, packed with gzip or not.
 *
 * <p><b>Threading:</b> one thread.
 *
 * <p><b>Failure:</b> {@link CommandFailure} with the line's number.
 */
final class BlockInput implements AutoCloseable {
    /** The transactions of a line are half as long, so that the block is one that readers take. */
    static final int MAX_LINE_LENGTH = 64 << 20;

    private static final Duration LOOK = Duration.ofMillis(50);

    private final PackedInput bytes;
    private final InputLines lines;
    private final BlockParser parser = new BlockParser();

    /** Of the input, in bytes; 0 when nobody knows. */
    private final long length;

    /** Read ahead of time. */
    private @Nullable InputBlock first;

    private boolean ended;

    private BlockInput(PackedInput bytes, boolean owned, String name, long length) {
        this.bytes = bytes;
        this.lines = new InputLines(new InputFeed(bytes, owned), name, MAX_LINE_LENGTH);
        this.length = length;
    }

    /** Opens a file, or standard input when it is called "-". */
    static BlockInput open(Path file, Console console) {
        if (file.toString().equals("-")) {
            return new BlockInput(new PackedInput(console.in()), false, "standard input", 0);
        }
        try {
            long length = Files.isRegularFile(file) ? Files.size(file) : 0;
            return new BlockInput(new PackedInput(Files.newInputStream(file)), true, file.toString(), length);
        } catch (IOException e) {
            throw InputLines.unreadable(file.toString(), e);
        }
    }

    /**
     * Takes the next block.
     *
     * @param patience how long to wait for a line
     * @return null when none has come yet, or there is none any more
     */
    @Nullable
    InputBlock next(Duration patience) {
        if (first != null) {
            InputBlock block = first;
            first = null;
            return block;
        }
        while (true) {
            Found found = lines.next(patience);
            if (found != Found.LINE) {
                ended = found == Found.END;
                return null;
            }
            if (!lines.isBlank()) {
                return parse();
            }
        }
    }

    /** Reads the first block, if there is one; false when the command is to end before it comes. */
    boolean awaitFirst(StopRequest stop) {
        while (first == null && !ended) {
            if (stop.isRequested()) {
                return false;
            }
            first = next(LOOK);
        }
        return true;
    }

    private InputBlock parse() {
        try {
            return parser.parse(lines.bytes(), lines.length());
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    /** What was found to be wrong with the line that was taken last. */
    CommandFailure wrong(String what) {
        return CommandFailure.badInput("Line " + lines.count() + " of " + lines.name() + ": " + what + ".");
    }

    /** Whether there is none any more. */
    boolean isAtEnd() {
        return ended;
    }

    /** How many lines were taken. */
    long lines() {
        return lines.count();
    }

    /** How much of the input was read, in percent and at most 100; -1 when its length is not known. */
    int percent() {
        return length == 0 ? -1 : (int) Math.min(100, bytes.taken() * 100 / length);
    }

    @Override
    public void close() {
        lines.close();
    }
}
