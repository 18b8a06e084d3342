package io.sluice.cli;

import io.sluice.client.EntryBatch;
import io.sluice.core.EntryFormat;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Writes no entries, and tells at the end how many there were and how fast they came. */
final class CountPrinter implements EntryPrinter {
    private final long started = System.nanoTime();
    private long entries;
    private long bytes;
    private long lastNumber;

    @Override
    public void print(long number, int type, ByteBuffer data) {
        add(1, EntryFormat.HEADER_LENGTH + data.remaining(), number);
    }

    @Override
    public void print(EntryBatch batch, long count) {
        if (count >= batch.count()) {
            add(batch.count(), batch.byteLength(), batch.lastNumber());
        } else {
            EntryPrinter.super.print(batch, count);
        }
    }

    private void add(long count, long length, long last) {
        entries += count;
        bytes += length;
        lastNumber = last;
    }

    void summarize(Output out, boolean json) {
        Duration time = Duration.ofNanos(System.nanoTime() - started);
        long entryRate = Words.perSecond(entries, time);
        long byteRate = Words.perSecond(bytes, time);
        long firstNumber = lastNumber - Math.max(entries - 1, 0);
        if (json) {
            String range = entries == 0
                    ? ""
                    : ",\"first\":" + Words.unsigned(firstNumber) + ",\"last\":" + Words.unsigned(lastNumber);
            out.line("{\"entries\":" + entries + ",\"bytes\":" + bytes + range + ",\"seconds\":"
                    + time.toMillis() / 1e3 + ",\"entriesPerSecond\":" + entryRate
                    + ",\"bytesPerSecond\":" + byteRate + "}");
            return;
        }
        String range =
                entries == 0 ? "" : " (" + Words.unsigned(firstNumber) + " to " + Words.unsigned(lastNumber) + ")";
        out.line(Words.entries(entries) + range + ", " + Words.bytes(bytes) + " in " + Words.seconds(time) + ": "
                + Words.grouped(entryRate) + " entries/s, " + Words.bytes(byteRate) + "/s");
    }
}
