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

    @Test
    void operationsASecond() {
        for (ForcePolicy policy : List.of(ForcePolicy.NEVER, ForcePolicy.ALWAYS)) {
            DataStreamOptions options = DataStreamOptions.defaults().withForcePolicy(policy);
            String name = policy.getClass().getSimpleName();
            try (SourceRig embedded =
                            new SourceRig(SourceRig.Kind.EMBEDDED, folder.resolve("embedded-" + name), options);
                    SourceRig remote =
                            new SourceRig(SourceRig.Kind.REMOTE, folder.resolve("remote-" + name), options)) {
                double[][] rates = new double[4][ROUNDS];
                for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
                    double[] now = {
                        rate(embedded.source(), false),
                        rate(remote.source(), false),
                        rate(embedded.source(), true),
                        rate(remote.source(), true)
                    };
                    for (int i = 0; round >= 0 && i < now.length; i++) {
                        rates[i][round] = now[i];
                    }
                }
                print(name + ", one at a time, embedded", rates[0]);
                print(name + ", one at a time, over TCP", rates[1]);
                print(name + ", pipelined, embedded", rates[2]);
                print(name + ", pipelined, over TCP", rates[3]);
                System.out.printf(
                        Locale.ROOT,
                        "%s: pipelined over TCP is %.2f of pipelined embedded, and %.1f times one at a time over TCP%n",
                        name,
                        median(rates[3]) / median(rates[2]),
                        median(rates[3]) / median(rates[1]));
            }
        }
    }

    private static double rate(StreamSource source, boolean isPipelined) {
        byte[] data = new byte[ENTRY_BYTES];
        long start = System.nanoTime();
        long count = 0;
        CompletableFuture<StreamHeader> last = null;
        while (System.nanoTime() - start < ROUND_NANOS) {
            source.startAtomicOp();
            source.addStreamBookmark(
                    Bookmark.of(ByteBuffer.allocate(Long.BYTES).putLong(count).array()));
            for (int i = 1; i < ENTRIES; i++) {
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
