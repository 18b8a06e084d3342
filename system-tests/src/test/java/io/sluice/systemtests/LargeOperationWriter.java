package io.sluice.systemtests;

import io.sluice.core.Bookmark;
import io.sluice.storage.DataStream;
import java.nio.file.Path;

/** A program of its own, to be run with little memory: writes one large operation, and commits it or not. */
final class LargeOperationWriter {
    private LargeOperationWriter() {}

    /** {@code FILE MEGABYTES commit|rollback|hang}. */
    public static void main(String[] args) throws InterruptedException {
        long bytes = Long.parseLong(args[1]) << 20;
        byte[] data = new byte[100_000];
        try (DataStream stream = DataStream.open(Path.of(args[0]))) {
            stream.startAtomicOp();
            long first = stream.addStreamBookmark(Bookmark.of((byte) 1));
            for (long written = 0; written < bytes; written += data.length) {
                data[0]++;
                stream.addStreamEntry(2, data);
            }
            // An early one that lies in the file already, with data of another length: all behind it moves.
            stream.updateEntryData(first + 1, 2, new byte[] {1, 2, 3});
            System.out.println("written");
            switch (args[2]) {
                case "commit" -> System.out.println(stream.commitAtomicOp().totalEntries());
                case "rollback" -> stream.rollbackAtomicOp();
                default -> Thread.currentThread().join();
            }
        }
    }
}
