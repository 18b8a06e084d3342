package io.sluice.storage;

import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;

/** A stream on a disk whose bytes can be changed behind its back, with pages of 4096 bytes, and what a check says of it. */
final class LoggedStream {
    static final Path FILE = Path.of("/simulated/stream.bin");
    static final Path LOG = StreamFolder.of(FILE).operations();
    static final int PAGE_LENGTH = 4096;

    final SimulatedDisk disk = new SimulatedDisk();
    private final SimulatedIndex index = new SimulatedIndex();
    private final Random random = new Random(7);
    private final Random data = new Random(9);

    Seams seams() {
        return new Seams(
                disk, System::nanoTime, path -> index.open(), new PageLayout(PAGE_LENGTH), random::nextLong, false);
    }

    DataStream open() {
        return open(ForcePolicy.ALWAYS);
    }

    DataStream open(ForcePolicy policy) {
        DataStreamOptions options =
                DataStreamOptions.defaults().withOperationMemoryBytes(2 << 20).withForcePolicy(policy);
        return DataStream.open(FILE, options, seams());
    }

    /** Commits one operation of entries of these lengths. */
    void commit(DataStream stream, int... lengths) {
        stream.startAtomicOp();
        for (int length : lengths) {
            stream.addStreamEntry(2, bytes(length));
        }
        stream.commitAtomicOp();
    }

    /** Opens the stream for one operation. */
    void commitAlone(int... lengths) {
        try (DataStream stream = open()) {
            commit(stream, lengths);
        }
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        data.nextBytes(bytes);
        return bytes;
    }

    Verification verify() {
        return verify((bytes, total) -> {});
    }

    Verification verify(Verification.Progress progress) {
        try (ReadOnlyStream stream = ReadOnlyStream.open(FILE, seams())) {
            return stream.verify(progress);
        }
    }

    Coverage coverage() {
        return verify().coverage();
    }

    void flip(Path file, int position, int bit) {
        disk.content(file)[position] ^= (byte) (1 << bit);
    }

    StreamHeader header() throws IOException {
        return HeaderPage.read(disk.openToRead(FILE), FILE);
    }

    /** Appends an entry as another program would, which knows the stream file alone. */
    void appendForeign(int length) throws IOException {
        StreamHeader header = header();
        DiskFile file = disk.openToWrite(FILE);
        long position = header.totalLength();
        long pageEnd = new PageLayout(PAGE_LENGTH).pageEnd(position);
        if (pageEnd - position < EntryFormat.HEADER_LENGTH + length) {
            file.write(ByteBuffer.allocate(1), position);
            position = pageEnd;
        }
        ByteBuffer entry = ByteBuffer.allocate(EntryFormat.HEADER_LENGTH + length + 1);
        EntryFormat.putHeader(
                entry, 0, EntryFormat.PACKET_ENTRY, EntryFormat.HEADER_LENGTH + length, 2, header.totalEntries());
        entry.put(EntryFormat.HEADER_LENGTH, bytes(length));
        file.write(entry, position);
        endForeign(position + EntryFormat.HEADER_LENGTH + length, header.totalEntries() + 1);
    }

    /** Ends the stream elsewhere, as another program would. */
    void endForeign(long position, long entries) throws IOException {
        HeaderPage.write(disk.openToWrite(FILE), header().withTotals(position, entries));
    }

    byte[] copy(Path file) {
        return disk.content(file).clone();
    }

    void putBack(Path file, byte[] copy) throws IOException {
        disk.delete(file);
        disk.openToWrite(file).write(ByteBuffer.wrap(copy), 0);
    }
}
