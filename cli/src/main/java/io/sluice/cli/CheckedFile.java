package io.sluice.cli;

import io.sluice.core.Entry;
import io.sluice.storage.DataStream;
import io.sluice.storage.EntryVisitor;
import io.sluice.storage.ReadOnlyStream;
import io.sluice.zkevm.StreamCheck;
import io.sluice.zkevm.StreamFault;
import java.nio.file.Path;

/** Gives the entries of a stream file to a check: those that are committed when it begins. */
final class CheckedFile implements EntryVisitor {
    /** So many entries are checked between two looks at the clock; a power of two. */
    private static final long LOOK = 256;

    private final StreamCheck check;
    private final ProgressLine progress;
    private final long totalBytes;
    private long count;

    private CheckedFile(StreamCheck check, ProgressLine progress, long totalBytes) {
        this.check = check;
        this.progress = progress;
        this.totalBytes = totalBytes;
    }

    static void read(Path path, ProgressLine progress, StreamCheck check) {
        try (ReadOnlyStream stream = DataStream.openReadOnly(path)) {
            stream.walk(
                    new CheckedFile(check, progress, stream.view().committed().position()));
        }
    }

    @Override
    public boolean entry(long endPosition, Entry entry) {
        check.add(entry);
        if ((++count & (LOOK - 1)) == 0) {
            progress.show(endPosition, totalBytes);
        }
        return true;
    }

    @Override
    public boolean damage(long position, String what) {
        check.add(new StreamFault(StreamFault.Kind.DAMAGED, check.due(), what));
        return true;
    }
}
