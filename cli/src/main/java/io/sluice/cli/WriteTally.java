package io.sluice.cli;

import java.time.Duration;

/**
 * What was written.
 *
 * @param operations committed ones
 * @param rolledBack operations that were rolled back because the input wants it
 * @param entries committed ones, bookmarks among them
 * @param bookmarks committed ones
 * @param bytes of these entries, with the 17 before their data
 */
record WriteTally(long operations, long rolledBack, long entries, long bookmarks, long bytes) {
    static final WriteTally NOTHING = new WriteTally(0, 0, 0, 0, 0);

    WriteTally withCommit(long newEntries, long newBookmarks, long newBytes) {
        return new WriteTally(
                operations + 1, rolledBack, entries + newEntries, bookmarks + newBookmarks, bytes + newBytes);
    }

    WriteTally withRollback() {
        return new WriteTally(operations, rolledBack + 1, entries, bookmarks, bytes);
    }

    void summarize(Output out, long totalEntries, Duration time, boolean json) {
        long operationRate = Words.perSecond(operations, time);
        long byteRate = Words.perSecond(bytes, time);
        if (json) {
            out.line("{\"operations\":" + operations + ",\"rolledBack\":" + rolledBack + ",\"entries\":" + entries
                    + ",\"bookmarks\":" + bookmarks + ",\"bytes\":" + bytes + ",\"totalEntries\":" + totalEntries
                    + ",\"seconds\":" + time.toMillis() / 1e3 + ",\"operationsPerSecond\":" + operationRate
                    + ",\"bytesPerSecond\":" + byteRate + "}");
            return;
        }
        String dropped = rolledBack == 0 ? "" : " (" + Words.grouped(rolledBack) + " more rolled back)";
        out.line(Words.count(operations, "operation", "operations") + dropped + ", " + Words.entries(entries) + ", "
                + Words.count(bookmarks, "bookmark", "bookmarks") + ", " + Words.bytes(bytes) + " in "
                + Words.seconds(time) + ": " + Words.grouped(operationRate) + " operations/s, "
                + Words.bytes(byteRate) + "/s; the stream has " + Words.entries(totalEntries));
    }

    /** For a line that shows how far it is. */
    @Override
    public String toString() {
        return Words.count(operations, "operation", "operations") + ", " + Words.entries(entries) + ", "
                + Words.bytes(bytes) + " written";
    }
}
