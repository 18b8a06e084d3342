package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.StreamSourceException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** The lease is kept beside the stream, and is taken away by whoever writes in this process. */
final class SourceLeasesTest {
    private static final Path FILE = Path.of("/simulated/stream.bin");
    private static final StreamFolder FOLDER = StreamFolder.of(FILE);
    private static final long NOW = 1_700_000_000_000L;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final LongSupplier random = new Random(3)::nextLong;

    private SourceLeases open() {
        return SourceLeases.open(disk, FOLDER, random);
    }

    private DataStream openStream() {
        Seams seams = new Seams(
                disk, System::nanoTime, path -> new SimulatedIndex().open(), new PageLayout(4096), random, false);
        return DataStream.open(FILE, DataStreamOptions.defaults(), seams);
    }

    private static void commitOne(DataStream stream) {
        stream.startAtomicOp();
        stream.addStreamEntry(2, new byte[10]);
        stream.commitAtomicOp();
    }

    @Test
    void aGrantIsFoundAgainAndSoIsThatItWasGivenBack() {
        assertThat(open().current()).isNull();
        SourceLeases leases = open();
        SourceLease granted = leases.grant(5, 6, "10.0.0.7:4711", NOW);
        assertThat(open().current()).isEqualTo(granted).isEqualTo(leases.current());
        assertThat(granted.isOf(5)).isTrue();
        assertThat(granted.isOf(5, 6)).isTrue();
        assertThat(granted.isOf(5, 7)).isFalse();
        SourceLease goesOn = open().goOn("10.0.0.8:4712");
        assertThat(goesOn).isEqualTo(new SourceLease(granted.epoch(), 5, 6, "10.0.0.8:4712", NOW, false));
        SourceLeases again = open();
        again.release();
        assertThat(open().current()).isEqualTo(goesOn.given());
        assertThat(again.goOn("10.0.0.8:4712").released()).isFalse();
    }

    @Test
    void theLongestAddressFits() {
        SourceLease granted = open().grant(-1, -1, "a".repeat(255), -1);
        assertThat(open().current()).isEqualTo(granted);
        assertThatThrownBy(() -> open().grant(1, 1, "a".repeat(256), NOW)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void epochsGoUpAlsoWhenTheClockGoesBackAndWhenTheNoteIsLost() throws Exception {
        long last = 0;
        for (int i = 0; i < 1000; i++) {
            long epoch = open().grant(5, i + 1, "a", NOW - i).epoch();
            assertThat(epoch).isGreaterThan(last);
            last = epoch;
        }
        disk.delete(FOLDER.lease());
        assertThat(open().grant(5, 1, "a", NOW + 1000).epoch()).isGreaterThan(last);
    }

    @Test
    void aDamagedNoteIsAsGoodAsNone() throws Exception {
        open().grant(5, 6, "10.0.0.7:4711", NOW);
        byte[] good = disk.content(FOLDER.lease()).clone();
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i]++;
            overwrite(bad);
            assertThat(open().current()).as("byte %d", i).isNull();
            overwrite(java.util.Arrays.copyOf(good, i));
            assertThat(open().current()).as("cut at %d", i).isNull();
        }
        overwrite(java.util.Arrays.copyOf(good, good.length + 1));
        assertThat(open().current()).isNull();
        overwrite(good);
        assertThat(open().current()).isNotNull();
    }

    private void overwrite(byte[] bytes) throws Exception {
        try (DiskFile file = disk.openToWrite(FOLDER.lease())) {
            file.setLength(0);
            file.write(java.nio.ByteBuffer.wrap(bytes), 0);
        }
    }

    @Test
    void aPowerCutAtAnyMomentLeavesTheOldNoteOrTheNewOne() {
        boolean finished = false;
        for (int calls = 0; !finished; calls++) {
            for (int seed = 0; seed < 20; seed++) {
                SimulatedDisk torn = new SimulatedDisk();
                SourceLease old = SourceLeases.open(torn, FOLDER, random).grant(5, 6, "a".repeat(200), NOW);
                SourceLeases leases = SourceLeases.open(torn, FOLDER, random);
                torn.crashAfter(calls);
                SourceLease next = null;
                try {
                    next = leases.grant(7, 8, "b", NOW + 1);
                    finished = true;
                } catch (SimulatedDisk.Crash e) {
                    assertThat(torn.hasCrashed()).isTrue();
                }
                torn.cutPower(new Random(seed));
                SourceLease read = SourceLeases.open(torn, FOLDER, random).current();
                if (next != null) {
                    assertThat(read).isEqualTo(next);
                } else if (read == null || !read.equals(old)) {
                    assertThat(read.sourceId()).isEqualTo(7);
                }
            }
        }
    }

    @Test
    void aStreamThatNeverHadALeaseGetsNoNote() {
        DataStream stream = openStream();
        commitOne(stream);
        stream.truncate(0);
        stream.close();
        assertThat(disk.exists(FOLDER.lease())).isFalse();
    }

    @Test
    void whoeverWritesInThisProcessTakesTheLease() {
        DataStream stream = openStream();
        SourceLease granted = stream.leases().grant(5, 6, "a", NOW);
        commitOne(stream);
        assertThat(stream.leases().current()).isEqualTo(granted);
        stream.close();

        stream = openStream();
        stream.leases().goOn("b");
        commitOne(stream);
        assertThat(stream.leases().current().sourceId()).isEqualTo(5);
        stream.leases().leave();
        assertThat(stream.leases().current().sourceId()).isEqualTo(5);
        commitOne(stream);
        SourceLease embedded = stream.leases().current();
        assertThat(embedded.isEmbedded()).isTrue();
        assertThat(embedded.address()).isEqualTo("embedded");
        assertThat(embedded.epoch()).isGreaterThan(granted.epoch());
        assertThat(embedded.isOf(0)).isFalse();
        commitOne(stream);
        assertThat(stream.leases().current()).isSameAs(embedded);
        stream.close();
        assertThat(open().current()).isEqualTo(embedded);
    }

    @Test
    void everyKindOfWritingTakesTheLease() {
        List<java.util.function.Consumer<DataStream>> kinds = List.of(
                DataStream::startAtomicOp,
                stream -> stream.truncate(1),
                stream -> stream.rewriteCommittedEntry(0, 2, new byte[10]));
        for (java.util.function.Consumer<DataStream> kind : kinds) {
            DataStream stream = openStream();
            stream.leases().grant(5, 6, "a", NOW);
            commitOne(stream);
            stream.leases().release();
            assertThat(stream.leases().current().isEmbedded()).isFalse();
            kind.accept(stream);
            assertThat(stream.leases().current().isEmbedded()).isTrue();
            stream.close();
        }
    }

    @Test
    void aFullDiskHoldsTheFirstOperationUpAndNotTheNext() {
        DataStream stream = openStream();
        stream.leases().grant(5, 6, "a", NOW);
        stream.leases().leave();
        disk.failWrites("No space left on device", call -> true);
        assertThatThrownBy(stream::startAtomicOp).isInstanceOf(StreamSourceException.DiskFull.class);
        assertThat(stream.leases().current().isEmbedded()).isFalse();
        disk.failWrites("", call -> false);
        commitOne(stream);
        assertThat(stream.leases().current().isEmbedded()).isTrue();
        stream.close();
    }

    @Test
    void aDiskThatFailsGivesNoLease() {
        DataStream stream = openStream();
        SourceLease first = stream.leases().grant(5, 6, "a", NOW);
        disk.failWrites("Input/output error", call -> true);
        assertThatThrownBy(() -> stream.leases().grant(7, 8, "b", NOW))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("Input/output error");
        assertThat(stream.leases().current()).isEqualTo(first);
        disk.failWrites("", call -> false);
        stream.close();
    }
}
