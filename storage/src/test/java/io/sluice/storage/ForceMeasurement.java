package io.sluice.storage;

import io.sluice.core.StreamHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Operations of five small entries a second that are forced, one at a time and with others waiting, and what the disk
 * gives for two forces in order without any stream, in turns. Run it with {@code -Dsluice.measure=true
 * -Dtest=ForceMeasurement}; docs/performance.md tells what it gave.
 */
@EnabledIfSystemProperty(named = "sluice.measure", matches = "true")
final class ForceMeasurement {
    private static final int ROUNDS = Integer.getInteger("sluice.measure.rounds", 11);
    private static final int WARM_UP_ROUNDS = 3;
    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int ENTRIES = 5;
    private static final int ENTRY_BYTES = 60;
    private static final int OPERATION_BYTES = ENTRIES * (17 + ENTRY_BYTES);
    private static final int[] WAITING = {1, 8, 64};

    @TempDir
    Path folder;

    private interface Work {
        /** Does one after the other until the time is over; how many. */
        long until(long endNanos) throws IOException;
    }

    @Test
    void operationsASecond() throws IOException {
        double[] forces = new double[ROUNDS];
        double[] single = new double[ROUNDS];
        double[][] waiting = new double[WAITING.length][ROUNDS];
        try (DataStream stream = DataStream.open(folder.resolve("stream"));
                DiskFile plain = new FileDisk().openToWrite(folder.resolve("plain"))) {
            plain.setLength(PageLayout.STANDARD.pageStart(PageLayout.INITIAL_PAGES));
            for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
                int at = Math.max(round, 0);
                forces[at] = rate(end -> twoForces(plain, end));
                single[at] = rate(end -> oneAtATime(stream, end));
                for (int i = 0; i < WAITING.length; i++) {
                    int count = WAITING[i];
                    waiting[i][at] = rate(end -> withWaiting(stream, count, end));
                }
                stream.truncate(0);
            }
        }
        Medians.print("two forces in order, a second", forces, "%,.0f");
        Medians.print("operations, one at a time", single, "%,.0f");
        Medians.print("of two forces in order", quotients(single, forces), "%.2f");
        for (int i = 0; i < WAITING.length; i++) {
            Medians.print("operations, " + WAITING[i] + " waiting", waiting[i], "%,.0f");
            Medians.print("times one at a time", quotients(waiting[i], single), "%.1f");
        }
    }

    private static double rate(Work work) throws IOException {
        long start = System.nanoTime();
        long count = work.until(start + ROUND_NANOS);
        return count * 1e9 / (System.nanoTime() - start);
    }

    /** The least that a durable commit can do: the bytes, a force, the header, a force. */
    private static long twoForces(DiskFile file, long end) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(OPERATION_BYTES);
        ByteBuffer header = ByteBuffer.allocateDirect(StreamHeader.LENGTH);
        long count = 0;
        while (System.nanoTime() < end) {
            file.write(bytes.clear(), PageLayout.HEADER_PAGE_LENGTH + count * OPERATION_BYTES);
            file.force();
            file.write(header.clear(), HeaderPage.HEADER_POSITION);
            file.force();
            count++;
        }
        return count;
    }

    private static long oneAtATime(DataStream stream, long end) {
        long count = 0;
        while (System.nanoTime() < end) {
            begin(stream);
            stream.commitAtomicOp();
            count++;
        }
        return count;
    }

    /** Whenever operations are committed, so many others wait. */
    private static long withWaiting(DataStream stream, int waiting, long end) {
        Deque<CompletableFuture<StreamHeader>> onTheWay = new ArrayDeque<>();
        long count = 0;
        while (System.nanoTime() < end) {
            if (onTheWay.size() == 2 * waiting) {
                onTheWay.remove().join();
            }
            begin(stream);
            onTheWay.add(stream.commitAtomicOpAsync());
            count++;
        }
        onTheWay.forEach(CompletableFuture::join);
        return count;
    }

    private static void begin(DataStream stream) {
        byte[] data = new byte[ENTRY_BYTES];
        stream.startAtomicOp();
        for (int i = 0; i < ENTRIES; i++) {
            stream.addStreamEntry(i, data);
        }
    }

    private static double[] quotients(double[] values, double[] others) {
        double[] quotients = new double[ROUNDS];
        Arrays.setAll(quotients, i -> values[i] / others[i]);
        return quotients;
    }
}
