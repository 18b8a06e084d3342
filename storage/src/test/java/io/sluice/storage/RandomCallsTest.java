package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random calls on the real disk, with the real index and threads, the stream reopened in between. */
final class RandomCallsTest {
    private static final int PAGE_LENGTH = 4096;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyAnswerIsThatOfTheModel(long seed) {
        Random random = new Random(new SplittableRandom(seed).nextLong());
        Seams seams = new Seams(
                new FileDisk(),
                System::nanoTime,
                Seams::openIndex,
                new PageLayout(PAGE_LENGTH),
                new Random(1)::nextLong,
                true);
        DataStreamOptions options = DataStreamOptions.defaults()
                .withOperationMemoryBytes(2 << 20)
                .withForcePolicy(seed % 2 == 0 ? ForcePolicy.ALWAYS : ForcePolicy.NEVER);
        StreamModel model = new StreamModel(PAGE_LENGTH);
        for (int life = 0; life < 4; life++) {
            try (DataStream stream = DataStream.open(folder.resolve("stream.bin"), options, seams)) {
                model.assertShownBy(stream.view(), SimulatedSource.BOOKMARKS);
                SimulatedSource source = new SimulatedSource(stream, model, PAGE_LENGTH, random, true);
                for (int i = 0; i < 600; i++) {
                    source.call();
                }
                model = source.finish();
            }
            try (ReadOnlyStream stream = ReadOnlyStream.open(folder.resolve("stream.bin"), seams)) {
                Verification found = stream.verify((bytes, total) -> {});
                assertThat(found.isGood()).as("%s", found).isTrue();
                assertThat(found.coverage().committedEntries()).isEqualTo(model.committed.size());
            }
        }
        try (ReadOnlyStream stream = ReadOnlyStream.open(folder.resolve("stream.bin"), seams)) {
            model.assertShownBy(stream.view(), SimulatedSource.BOOKMARKS);
        }
    }
}
