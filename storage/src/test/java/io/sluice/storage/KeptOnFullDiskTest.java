package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.StreamSourceException;
import io.sluice.storage.SimulatedFaults.Kind;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A full disk, whoever meets it, costs of an operation what was not kept, and nothing else. */
final class KeptOnFullDiskTest extends TwoHistories {
    private static final int RUNS = Integer.getInteger("sluice.simulation.runs", 400);

    private long keptUpTo;

    /** Whatever has no room: an entry, the note, the commit. */
    @Test
    void aFullDiskCostsOnlyWhatWasNotKept() {
        int hits = 0;
        for (long seed = 0; seed < RUNS; seed++) {
            try {
                hits += new KeptOnFullDiskTest().runOutOfRoom(new Random(seed)) ? 1 : 0;
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + " fails", e);
            }
        }
        assertThat(hits).isGreaterThan(RUNS / 2);
    }

    private boolean runOutOfRoom(Random random) {
        DataStream stream = open();
        commit(stream, 10, 1);
        OpenOperation operation = stream.openOperation();
        stream.startAtomicOp();
        add(stream, 60, 1);
        operation.keep();
        keptUpTo = 60;
        if (random.nextInt(3) > 0) {
            disk.faults().full(Kind.WRITE, random.nextInt(40));
        } else {
            disk.faults().full(random.nextBoolean() ? Kind.CREATE : Kind.MOVE, random.nextInt(6));
        }
        boolean isHit = false;
        try {
            addSome(stream, random);
            stream.commitAtomicOp();
        } catch (StreamSourceException.DiskFull e) {
            isHit = true;
            long added = operation.nextNumber();
            assertThat(operation.backToKept()).isTrue();
            assertThat(operation.nextNumber()).isIn(keptUpTo, added);
            assertReads(stream, 10, operation.nextNumber());
            addSome(stream, random);
            stream.commitAtomicOp();
        } catch (StreamSourceException.Stopped e) {
            // What is written in its place needs no room.
            assertThat(disk.faults().hits()).anyMatch(hit -> hit.path().equals(FILE) && hit.position() < PAGE_LENGTH);
            return false;
        }
        disk.faults().heal();
        assertHolds(stream, 400, 1);
        assertBookmarks(stream, 400, 1);
        stream.close();
        try (DataStream again = open()) {
            assertThat(again.openOperation().takeUp()).isFalse();
            assertHolds(again, 400, 1);
            assertBookmarks(again, 400, 1);
        }
        return isHit;
    }

    private void addSome(DataStream stream, Random random) {
        OpenOperation operation = stream.openOperation();
        while (operation.nextNumber() < 400) {
            add(stream, Math.min(400, operation.nextNumber() + 1 + random.nextInt(40)), 1);
            if (random.nextInt(3) == 0) {
                operation.keep();
                keptUpTo = operation.nextNumber();
            }
        }
    }

    @Test
    void whatIsNotKeptIsDropped() {
        try (DataStream stream = open()) {
            commit(stream, 10, 1);
            OpenOperation operation = stream.openOperation();
            assertThat(operation.backToKept()).as("none is open").isFalse();
            stream.startAtomicOp();
            add(stream, 60, 1);
            assertThat(operation.backToKept()).isFalse();
            assertThat(operation.nextNumber()).isEqualTo(10);
            stream.startAtomicOp();
            add(stream, 60, 1);
            operation.keep();
            add(stream, 90, 2);
            assertThat(operation.backToKept()).isTrue();
            add(stream, 120, 1);
            stream.commitAtomicOp();
            assertHolds(stream, 120, 1);
            stream.startAtomicOp();
            add(stream, 150, 1);
            disk.faults().full(Kind.WRITE, 0);
            assertThatThrownBy(stream::commitAtomicOp).isInstanceOf(StreamSourceException.DiskFull.class);
            assertThat(operation.backToKept()).isFalse();
            assertThat(operation.nextNumber()).isEqualTo(120);
        }
    }
}
