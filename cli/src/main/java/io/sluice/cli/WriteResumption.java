package io.sluice.cli;

import io.sluice.cli.InputLines.Found;
import io.sluice.cli.StoredWrite.Progress;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.SourceGrant;
import io.sluice.core.StreamSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Finds where an input goes on after an earlier run. Up to the stored place all is in. Of the operations after it the first
 * ones are in that the stream has entries for; they are read, and not written again.
 *
 * <p><b>Threading:</b> one thread.
 *
 * <p><b>Failure:</b> {@link CommandFailure} when the stream or the input is not what the state is of; nothing is written.
 */
final class WriteResumption {
    private static final Duration LOOK = Duration.ofMillis(50);

    private final InputSteps input;
    private final Progress stored;
    private final ResumeFile state;
    private final StopRequest stop;

    /** Of the operation that is read: how many entries it has, and which is the last. */
    private long count;

    private @Nullable Entry last;
    private @Nullable Entry lastCommitted;
    private long operations;
    private long totalEntries;

    WriteResumption(InputSteps input, Progress stored, ResumeFile state, StopRequest stop) {
        this.input = input;
        this.stored = stored;
        this.state = state;
        this.stop = stop;
        this.operations = stored.place().operations();
        this.totalEntries = stored.place().totalEntries();
    }

    /** Passes the lines before the stored place, which must be the same as then. */
    void passStored() {
        WritePlace place = stored.place();
        InputLines lines = input.lines();
        while (lines.count() < place.lines()) {
            Found found = lines.next(LOOK);
            if (found == Found.END) {
                throw other("it ends after line " + lines.count() + ", and " + place.lines() + " lines were written");
            }
            requireNoStop();
        }
        if (lines.checksum() != place.checksum()) {
            throw other(
                    "its first " + Words.count(place.lines(), "line is", "lines are") + " not those that were written");
        }
    }

    private CommandFailure other(String why) {
        return CommandFailure.failed(
                input.lines().name() + " is not the input that " + state + " is of: " + why + ". Nothing was written.");
    }

    private void requireNoStop() {
        if (stop.isRequested()) {
            throw CommandFailure.interrupted("Interrupted; nothing was written.");
        }
    }

    /** Passes what is in the stream behind the stored place, and returns where the input goes on. */
    WritePlace find(StreamSource source, SourceGrant grant) {
        if (!grant.continued()) {
            throw changed("another source may have written to the stream since");
        }
        long end = grant.header().totalEntries();
        boolean truncated = stored.truncating() != StoredWrite.NONE && end == stored.truncating();
        if (truncated) {
            passTruncation();
        } else if (stored.generation() != 0 && stored.generation() != grant.generation()) {
            throw changed("the history of the stream was changed since");
        } else if (end < totalEntries) {
            throw changed("the stream has " + Words.entries(end) + ", and had " + Words.grouped(totalEntries));
        }
        while (totalEntries < end) {
            passOperation(end);
        }
        if (lastCommitted != null && !lastCommitted.equals(source.getEntry(end - 1))) {
            throw changed("entry " + (end - 1) + " of the stream is another one than line "
                    + input.lines().count() + " and those before it make");
        }
        return WritePlace.after(input.lines(), operations, totalEntries);
    }

    private CommandFailure changed(String why) {
        return CommandFailure.failed("Cannot go on from " + state + ": " + why
                + ". Nothing was written. To write the input from its first line" + " on behind what is there, remove "
                + state + ".");
    }

    /** The truncation that was about to be done is done. */
    private void passTruncation() {
        if (!(next() instanceof Step.Truncate truncate) || truncate.number() != stored.truncating()) {
            throw other(
                    "after line " + stored.place().lines() + " it has no truncation to entry " + stored.truncating());
        }
        totalEntries = stored.truncating();
    }

    /** Reads an operation that is in, or was rolled back. */
    private void passOperation(long end) {
        long firstLine = 0;
        count = 0;
        last = null;
        while (true) {
            Step step = next();
            if (step == null) {
                throw changed("the stream has " + Words.entries(end) + ", and the input ends with entry "
                        + (totalEntries - 1));
            } else if (step instanceof Step.Start) {
                firstLine = input.lines().count();
            } else if (step instanceof Step.AddEntry entry) {
                add(entry.type(), entry.data());
            } else if (step instanceof Step.AddBookmark bookmark) {
                add(EntryFormat.TYPE_BOOKMARK, bookmark.bookmark().toBytes());
            } else if (step instanceof Step.UpdateEntry update) {
                if (last != null && update.number() == last.number()) {
                    last = new Entry(last.number(), last.type(), update.data());
                }
            } else if (step instanceof Step.Truncate) {
                throw changed("the stream has " + Words.entries(end) + ", and should not have entry " + totalEntries
                        + " when line " + input.lines().count() + " truncates it");
            } else if (step instanceof Step.Rollback) {
                return;
            } else if (step instanceof Step.Commit) {
                commit(firstLine, end);
                return;
            }
        }
    }

    private void add(int type, byte[] data) {
        last = new Entry(totalEntries + count, type, data);
        count++;
    }

    private void commit(long firstLine, long end) {
        operations++;
        totalEntries += count;
        if (totalEntries > end) {
            throw changed("the stream ends with entry " + (end - 1) + ", in the middle of the operation of lines "
                    + firstLine + " to " + input.lines().count());
        }
        if (count > 0) {
            lastCommitted = last;
        }
    }

    /** The next call; null at the end of the input. */
    private @Nullable Step next() {
        while (true) {
            Step step = input.next(LOOK);
            if (step != null || input.isAtEnd()) {
                return step;
            }
            requireNoStop();
        }
    }
}
