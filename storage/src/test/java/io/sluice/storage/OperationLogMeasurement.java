package io.sluice.storage;

import io.sluice.core.StreamHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Operations of five small entries a second, pipelined and never forced, with the operation log and without it, in turns.
 * Run it with {@code -Dsluice.measure=true -Dtest=OperationLogMeasurement}; docs/performance.md tells what it gave.
 */
@EnabledIfSystemProperty(named = "sluice.measure", matches = "true")
final class OperationLogMeasurement {
    private static final int ROUNDS = Integer.getInteger("sluice.measure.rounds", 21);
    private static final int WARM_UP_ROUNDS = 4;
    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(400);
    private static final int ENTRIES = 5;
    private static final int ENTRY_BYTES = 60;

    @TempDir
    Path folder;

    @Test
    void operationsASecond() {
        double[] with = new double[ROUNDS];
        double[] without = new double[ROUNDS];
        double[] shares = new double[ROUNDS];
        try (DataStream logged = open("with", new FileDisk());
                DataStream plain = open("without", new WithoutLog(new FileDisk()))) {
            for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
                boolean loggedFirst = round % 2 == 0;
                double first = rate(loggedFirst ? logged : plain);
                double second = rate(loggedFirst ? plain : logged);
                if (round >= 0) {
                    with[round] = loggedFirst ? first : second;
                    without[round] = loggedFirst ? second : first;
                    shares[round] = with[round] / without[round];
                }
            }
        }
        Medians.print("with the log, operations/s", with, "%,.0f");
        Medians.print("without it, operations/s", without, "%,.0f");
        Medians.print("with it of without it", shares, "%.3f");
    }

    private DataStream open(String name, Disk disk) {
        Seams seams =
                new Seams(disk, System::nanoTime, Seams::openIndex, PageLayout.STANDARD, new Random(1)::nextLong, true);
        return DataStream.open(
                folder.resolve(name), DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER), seams);
    }

    private static double rate(DataStream stream) {
        byte[] data = new byte[ENTRY_BYTES];
        long start = System.nanoTime();
        long count = 0;
        CompletableFuture<StreamHeader> last = null;
        while (System.nanoTime() - start < ROUND_NANOS) {
            stream.startAtomicOp();
            for (int i = 0; i < ENTRIES; i++) {
                stream.addStreamEntry(i, data);
            }
            last = stream.commitAtomicOpAsync();
            count++;
        }
        if (last != null) {
            last.join();
        }
        double rate = count * 1e9 / (System.nanoTime() - start);
        stream.truncate(0);
        return rate;
    }

    /** The real disk, but there is no place for the operation log on it. */
    private static final class WithoutLog extends DelegatingDisk {
        WithoutLog(Disk disk) {
            super(disk);
        }

        @Override
        public DiskFile openToWrite(Path file) throws IOException {
            if (file.endsWith("ops")) {
                throw new IOException("no log is wanted");
            }
            return super.openToWrite(file);
        }
    }
}
