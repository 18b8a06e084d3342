package io.sluice.cli;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.zip.CRC32C;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * The lines of an input of any size, one at a time. Counts them, and keeps a checksum of all that were taken, which tells
 * one input from another.
 *
 * <p><b>Threading:</b> one thread.
 *
 * <p><b>Failure:</b> {@link CommandFailure}.
 */
final class InputLines implements AutoCloseable {
    /** The longest entry in hex digits takes half of it. */
    static final int MAX_LENGTH = 4 << 20;

    private static final int FIRST_CAPACITY = 1 << 12;

    private final InputFeed feed;
    private final String name;
    private final int maxLength;
    private final CRC32C checksum = new CRC32C();
    private byte[] line = new byte[FIRST_CAPACITY];
    private int length;
    private byte[] chunk = new byte[0];
    private int position;

    /** The line was given out; what comes next is another one. */
    private boolean complete = true;

    private boolean ended;
    private long count;

    /** What there is to take. */
    enum Found {
        LINE,
        NOTHING_YET,
        END
    }

    /** @param name what the input is called when it fails */
    InputLines(InputFeed feed, String name) {
        this(feed, name, MAX_LENGTH);
    }

    /** With lines of so many bytes at most. */
    InputLines(InputFeed feed, String name, int maxLength) {
        this.feed = feed;
        this.name = name;
        this.maxLength = maxLength;
    }

    /** Opens a file, or standard input when there is none or it is called "-". */
    static InputLines open(@Nullable Path file, Console console) {
        if (file == null || file.toString().equals("-")) {
            return new InputLines(new InputFeed(console.in(), false), "standard input");
        }
        try {
            return new InputLines(new InputFeed(Files.newInputStream(file), true), file.toString());
        } catch (IOException e) {
            throw unreadable(file.toString(), e);
        }
    }

    static CommandFailure unreadable(String name, IOException e) {
        return CommandFailure.failed("Cannot read " + name + ": " + Words.reason(e) + ".");
    }

    /** Takes the next line, and waits for it no longer than that. The last one needs no line end. */
    Found next(Duration patience) {
        if (complete) {
            length = 0;
            complete = false;
        }
        while (true) {
            int end = lineEnd();
            append(end);
            if (end < chunk.length) {
                position++;
                return take();
            }
            if (!ended && !fetch(patience)) {
                return Found.NOTHING_YET;
            }
            if (ended) {
                return length > 0 ? take() : Found.END;
            }
        }
    }

    private int lineEnd() {
        int end = position;
        while (end < chunk.length && chunk[end] != '\n') {
            end++;
        }
        return end;
    }

    private void append(int end) {
        int added = end - position;
        if (length + added > maxLength) {
            throw CommandFailure.badInput("Line " + (count + 1) + " of " + name + " is longer than "
                    + Words.grouped(maxLength) + " bytes, the most that is read.");
        }
        if (length + added > line.length) {
            line = Arrays.copyOf(line, Math.max(length + added, Math.min(2 * line.length, maxLength)));
        }
        System.arraycopy(chunk, position, line, length, added);
        length += added;
        position = end;
    }

    /** Whether there is more, or the end. */
    private boolean fetch(Duration patience) {
        try {
            InputFeed.Chunk next = feed.take(patience);
            if (next == null) {
                return false;
            }
            ended = next.isEnd();
            chunk = next.bytes();
            position = 0;
            return true;
        } catch (ZipException | EOFException e) {
            throw CommandFailure.badInput(name + " is packed, and damaged or not whole: " + Words.reason(e) + ".");
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    private Found take() {
        complete = true;
        count++;
        checksum.update(line, 0, length);
        checksum.update('\n');
        return Found.LINE;
    }

    /** Holds the line from 0 to {@link #length}, until the next one is taken. */
    byte[] bytes() {
        return line;
    }

    /** Bytes of the line, without its end. */
    int length() {
        return length;
    }

    /** Whether the line has nothing but white space. */
    boolean isBlank() {
        for (int i = 0; i < length; i++) {
            if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
                return false;
            }
        }
        return true;
    }

    /** How many lines were taken. */
    long count() {
        return count;
    }

    /** Of all lines that were taken, each with a line end. */
    int checksum() {
        return (int) checksum.getValue();
    }

    /** What the input is called. */
    String name() {
        return name;
    }

    @Override
    public void close() {
        feed.close();
    }
}
