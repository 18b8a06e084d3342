package io.sluice.server;

import io.sluice.core.Result;
import io.sluice.storage.Committed;

/**
 * Where a stream or a range begins, or why it does not.
 *
 * @param result {@link Result#OK}, or the error; then the rest means nothing
 * @param position where its first entry, or padding before it, begins; {@link StreamCursor#LATER} when it is not there yet
 * @param endPosition where its last entry ends, or {@link StreamCursor#NO_END}
 * @param endNumber the number of a range's last entry, or of the entry that is not there yet
 * @param committed what these positions belong to
 */
record StartPoint(Result result, long position, long endPosition, long endNumber, Committed committed) {
    private static final Committed NOTHING = new Committed(0, 0, 0);

    static StartPoint none(Result error) {
        return new StartPoint(error, 0, 0, 0, NOTHING);
    }

    static StartPoint stream(long position, Committed committed) {
        return new StartPoint(Result.OK, position, StreamCursor.NO_END, 0, committed);
    }

    /** A stream from an entry on that is not committed yet. */
    static StartPoint later(long number, Committed committed) {
        return new StartPoint(Result.OK, StreamCursor.LATER, StreamCursor.NO_END, number, committed);
    }

    static StartPoint range(long position, long endPosition, long endNumber, Committed committed) {
        return new StartPoint(Result.OK, position, endPosition, endNumber, committed);
    }
}
