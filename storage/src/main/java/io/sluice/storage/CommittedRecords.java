package io.sluice.storage;

import io.sluice.core.EntryFormat;
import io.sluice.storage.OperationRecord.Kind;
import io.sluice.storage.Submission.Range;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Makes the records of operations that were just committed, from the bytes that are still in memory.
 *
 * <p><b>Threading:</b> whoever steps.
 */
final class CommittedRecords {
    private final StreamState state;
    private final RecordMaker records;

    CommittedRecords(StreamState state, RecordMaker.Sink sink) {
        this.state = state;
        this.records = new RecordMaker(state.layout(), Kind.PART, sink);
    }

    void add(Submission submission) throws IOException {
        List<Range> ranges = submission.ranges();
        if (ranges.isEmpty()) {
            return;
        }
        Range last = ranges.get(ranges.size() - 1);
        if (last.from() != submission.startPosition()) {
            addEarlierPages(submission);
        }
        records.add(last.from(), last.segment().stepView(last.from(), last.to()), submission.endEntries());
        records.finish(Kind.END);
    }

    /** All but the last range of an operation, where the end of the entries has to be looked for. */
    private void addEarlierPages(Submission submission) throws IOException {
        List<Range> ranges = submission.ranges();
        long memoryStart = ranges.get(0).from();
        // What was too much for the memory is read again.
        long number = new EntryWalker(state.file(), state.layout())
                .walk(submission.startPosition(), submission.firstNumber(), memoryStart, (at, bytes, index) -> {
                    records.addEntry(at, bytes, index);
                    return true;
                });
        for (Range range : ranges.subList(0, ranges.size() - 1)) {
            ByteBuffer bytes = range.segment().slice(range.from(), range.to());
            int start = bytes.position();
            int end = start;
            while (end < bytes.limit() && EntryFormat.packetType(bytes, end) == EntryFormat.PACKET_ENTRY) {
                end += EntryFormat.length(bytes, end);
                number++;
            }
            if (end > start) {
                records.add(range.from(), bytes.limit(end), number);
            }
        }
    }
}
