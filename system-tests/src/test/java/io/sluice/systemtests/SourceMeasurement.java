package io.sluice.systemtests;

import io.sluice.core.Bookmark;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSource;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Operations of five small entries a second, embedded and over TCP, one at a time and pipelined, in turns. Run it with
 * {@code -Dsluice.measure=true -Dtest=SourceMeasurement}; docs/performance.md tells what it gave.
 */
@EnabledIfSystemProperty(named = "sluice.measure", matches = "true")
final class SourceMeasurement {
    private static final int ROUNDS = Integer.getInteger("sluice.measure.rounds", 9);
    private static final int WARM_UP_ROUNDS = 3;
    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(700);
    private static final int ENTRIES = 5;
    private static final int ENTRY_BYTES = 60;

    @TempDir
    Path folder;

    /** @param isBookmarked whether the first of the five entries is a bookmark, which has to be indexed */
    private record Kind(ForcePolicy policy, boolean isBookmarked) {
        @Override
        public String toString() {
            return policy.getClass().getSimpleName() + (isBookmarked ? ", with a bookmark" : "");
        }
    }

    @Test
    void operationsASecond() {
        for (Kind kind : List.of(
                new Kind(ForcePolicy.NEVER, false),
                new Kind(ForcePolicy.NEVER, true),
                new Kind(ForcePolicy.ALWAYS, false))) {
            DataStreamOptions options = DataStreamOptions.defaults().withForcePolicy(kind.policy());
            try (SourceRig embedded =
                            new SourceRig(SourceRig.Kind.EMBEDDED, folder.resolve("embedded " + kind), options);
                    SourceRig remote =
                            new SourceRig(SourceRig.Kind.REMOTE, folder.resolve("remote " + kind), options)) {
                measure(kind, embedded.source(), remote.source());
            }
        }
    }

    private static void measure(Kind kind, StreamSource embedded, StreamSource remote) {
        double[][] rates = new double[4][ROUNDS];
        double[] shares = new double[ROUNDS];
        for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
            double[] now = {
                rate(kind, embedded, false),
                rate(kind, remote, false),
                rate(kind, embedded, true),
                rate(kind, remote, true)
            };
            for (int i = 0; round >= 0 && i < now.length; i++) {
                rates[i][round] = now[i];
                shares[round] = now[3] / now[2];
            }
        }
        print(kind + ", one at a time, embedded", rates[0]);
        print(kind + ", one at a time, over TCP", rates[1]);
        print(kind + ", pipelined, embedded", rates[2]);
        print(kind + ", pipelined, over TCP", rates[3]);
        Arrays.sort(shares);
        System.out.printf(
                Locale.ROOT,
                "%s: pipelined over TCP is %.2f (%.2f to %.2f) of pipelined embedded, and %.1f times one at a time%n",
                kind,
                median(shares),
                shares[0],
                shares[ROUNDS - 1],
                median(rates[3]) / median(rates[1]));
    }

    private static double rate(Kind kind, StreamSource source, boolean isPipelined) {
        byte[] data = new byte[ENTRY_BYTES];
        long start = System.nanoTime();
        long count = 0;
        CompletableFuture<StreamHeader> last = null;
        while (System.nanoTime() - start < ROUND_NANOS) {
            source.startAtomicOp();
            if (kind.isBookmarked()) {
                source.addStreamBookmark(Bookmark.of(
                        ByteBuffer.allocate(Long.BYTES).putLong(count).array()));
            }
            for (int i = kind.isBookmarked() ? 1 : 0; i < ENTRIES; i++) {
                source.addStreamEntry(i, data);
            }
            if (isPipelined) {
                last = source.commitAtomicOpAsync();
            } else {
                source.commitAtomicOp();
            }
            count++;
        }
        if (last != null) {
            last.join();
        }
        return count * 1e9 / (System.nanoTime() - start);
    }

    private static double median(double[] rates) {
        double[] sorted = rates.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void print(String what, double[] rates) {
        double[] sorted = rates.clone();
        Arrays.sort(sorted);
        List<String> all = new ArrayList<>();
        for (double rate : sorted) {
            all.add(String.format(Locale.ROOT, "%,.0f", rate));
        }
        System.out.println(what + ": " + all.get(all.size() / 2) + " operations/s (" + all.get(0) + " to "
                + all.get(all.size() - 1) + ")");
    }
}
