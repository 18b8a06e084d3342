package io.sluice.cli;

import io.sluice.client.FollowFrom;
import io.sluice.core.EntryFormat;
import io.sluice.storage.Committed;
import io.sluice.storage.DataStream;
import io.sluice.storage.HistoryChangedException;
import io.sluice.storage.ReadOnlyStream;
import io.sluice.storage.StorageException.Corrupt;
import io.sluice.storage.StreamView;
import io.sluice.zkevm.Generation;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Follows a stream file for a user: what is committed, and what another process commits to it later. The file is opened
 * anew for each look, so that one which was put in its place is noticed.
 *
 * <p>Nobody tells a reader of the file that its history has changed. So each look compares the entry that was read last
 * with the file; a stream that was cut deeper, and has grown again to have the same entry in the same place, is not
 * noticed.
 *
 * <p><b>Threading:</b> one thread.
 */
final class FileFollow {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration LOOK = Duration.ofMillis(100);

    private final Console console;
    private final FollowChoice choice;
    private final Path file;
    private final FileWalk walk = new FileWalk();

    /** The entry that comes next. */
    private long next;

    /** Where it begins, or padding before it. */
    private long position;

    /** The bytes of the entry before it; none when there is none. */
    private ByteBuffer last = ByteBuffer.allocate(0);

    /** Where these begin. */
    private long lastPosition;

    FileFollow(Console console, FollowChoice choice, Path file) {
        this.console = console;
        this.choice = choice;
        this.file = file;
    }

    /** Follows to the end that is wanted; returns the exit code. */
    int run() {
        choice.requireNewOutput();
        EntryPlace stop;
        Generation generation;
        try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
            StreamView view = stream.view();
            Committed now = view.committed();
            begin(view, now);
            stop = choice.stop(now.entries());
            generation = choice.isDecoding() ? ZkevmStream.generation(new FileEntries(stream)) : null;
        }
        console.stop().whenRequested(PATIENCE, () -> {});
        Path output = choice.output();
        if (output == null) {
            return follow(console.out(), stop, generation);
        }
        try (Output target = OutputFile.open(output, choice.overwrites())) {
            return follow(target, stop, generation);
        }
    }

    private void begin(StreamView view, Committed now) {
        FollowFrom from = choice.from();
        if (from instanceof FollowFrom.FromBookmark start) {
            next = view.bookmark(start.bookmark())
                    .orElseThrow(
                            () -> CommandFailure.failed("Bookmark " + start.bookmark() + " is not in the stream."));
        } else {
            next = from instanceof FollowFrom.FromEntry start ? start.number() : now.entries();
        }
        if (Long.compareUnsigned(next, now.entries()) > 0) {
            throw CommandFailure.failed(
                    "The stream ends before entry " + Words.unsigned(next) + "; --from latest begins at its end.");
        }
        position = view.positionOf(next, now);
        if (next > 0) {
            lastPosition = view.positionOf(next - 1, now);
            keepLast(view, now);
        }
    }

    private int follow(Output target, @Nullable EntryPlace stop, @Nullable Generation generation) {
        CountPrinter counter = new CountPrinter();
        EntryPrinter printer = choice.isCounting() ? counter : choice.printer(target, generation, console);
        try {
            while (stop == null || Long.compareUnsigned(next, stop.number()) < 0) {
                if (console.stop().isRequested()) {
                    return ExitCode.INTERRUPTED;
                }
                if (!look(printer, stop)) {
                    // Nothing waits: what was read so far should be seen.
                    target.flush();
                    console.stop().await(LOOK);
                }
            }
            return ExitCode.OK;
        } finally {
            if (choice.isCounting()) {
                counter.summarize(target, choice.isJson());
            }
            target.flush();
        }
    }

    /** Takes what is committed now; whether there was anything. */
    private boolean look(EntryPrinter printer, @Nullable EntryPlace stop) {
        try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
            StreamView view = stream.view();
            Committed now = view.committed();
            requireSame(view, now);
            if (now.entries() == next) {
                return false;
            }
            try {
                position = walk.walk(view, now, position, (chunk, index, at) -> take(chunk, index, at, printer, stop));
            } catch (Corrupt e) {
                requireNotShorter(e);
                throw e;
            }
            keepLast(view, now);
            if (next == now.entries()) {
                printer.endOperation();
            }
            return true;
        }
    }

    private boolean take(ByteBuffer chunk, int index, long at, EntryPrinter printer, @Nullable EntryPlace stop) {
        boolean ends = stop != null && next == stop.number();
        if (ends || console.stop().isRequested()) {
            return false;
        }
        long number = EntryFormat.number(chunk, index);
        if (number != next) {
            throw changed(
                    "entry " + Words.unsigned(number) + " stands where entry " + Words.unsigned(next) + " was due");
        }
        int length = EntryFormat.length(chunk, index);
        ByteBuffer data = chunk.slice(index + EntryFormat.HEADER_LENGTH, length - EntryFormat.HEADER_LENGTH);
        printer.print(number, EntryFormat.type(chunk, index), data);
        lastPosition = at;
        next = number + 1;
        return true;
    }

    /** Keeps the bytes of the entry before the next one. */
    private void keepLast(StreamView view, Committed now) {
        last = entryAt(view, now, lastPosition);
    }

    private static ByteBuffer entryAt(StreamView view, Committed now, long at) {
        ByteBuffer bytes = ByteBuffer.allocate(EntryFormat.HEADER_LENGTH);
        int required = view.read(at, now.position(), now, bytes).requiredLength();
        if (required > 0) {
            bytes = ByteBuffer.allocate(required);
            view.read(at, at + required, now, bytes);
        }
        return bytes.flip();
    }

    /** What was read must still be there. */
    private void requireSame(StreamView view, Committed now) {
        requireNotShorter(now);
        if (!last.hasRemaining()) {
            return;
        }
        ByteBuffer found;
        try {
            found = entryAt(view, now, lastPosition);
        } catch (Corrupt | HistoryChangedException e) {
            requireNotShorter(e);
            throw changed("no entry stands any more where entry " + Words.unsigned(next - 1) + " was");
        }
        if (!found.equals(last)) {
            throw changed("entry " + Words.unsigned(next - 1) + " is not the one that was read");
        }
    }

    /** Somebody may have cut the file while it was being read, which is what should be told then. */
    private void requireNotShorter(RuntimeException e) {
        try (ReadOnlyStream again = DataStream.openReadOnly(file)) {
            requireNotShorter(again.view().committed());
        } catch (CommandFailure failure) {
            failure.addSuppressed(e);
            throw failure;
        }
    }

    private void requireNotShorter(Committed now) {
        if (Long.compareUnsigned(now.entries(), next) < 0 || now.position() < position) {
            throw CommandFailure.failed(file + " became shorter: it has " + Words.entries(now.entries())
                    + ", but those up to " + Words.unsigned(next - 1) + " were read. " + advice());
        }
    }

    private CommandFailure changed(String how) {
        return CommandFailure.failed(file + " was rewritten: " + how + ". " + advice());
    }

    private String advice() {
        String keeps = choice.output() == null ? "" : choice.output() + " keeps what was read. ";
        return keeps + "Follow it anew to read it as it is now.";
    }
}
