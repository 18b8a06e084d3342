package io.sluice.cli;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.storage.Committed;
import io.sluice.storage.DataStream;
import io.sluice.storage.ReadOnlyStream;
import io.sluice.storage.StreamView;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Entries of a stream file, as far as it was committed when it was opened. */
final class FileEntries implements StreamEntries {
    private final ReadOnlyStream stream;
    private final StreamView view;
    private final Committed committed;
    private @Nullable FileWalk walk;

    /** Of a file that is open already, and is closed with this. */
    FileEntries(ReadOnlyStream stream) {
        this.stream = stream;
        this.view = stream.view();
        this.committed = view.committed();
    }

    static FileEntries open(Path file) {
        return new FileEntries(DataStream.openReadOnly(file));
    }

    @Override
    public long total() {
        return committed.entries();
    }

    @Override
    public @Nullable Entry entry(long number) {
        return view.entry(number);
    }

    /** Nobody knows: without a server that has an index, bookmarks are found by walking over the file. */
    @Override
    public @Nullable Entry firstAfter(Bookmark bookmark) {
        return null;
    }

    @Override
    public void walk(long from, long to, Predicate<Entry> visitor) {
        if (from >= to) {
            return;
        }
        FileWalk walking = walk;
        if (walking == null) {
            walking = new FileWalk();
            walk = walking;
        }
        long position = view.positionOf(from, committed);
        walking.walk(view, committed, position, (chunk, index, at) -> {
            return EntryFormat.number(chunk, index) < to && visitor.test(EntryFormat.read(chunk, index));
        });
    }

    @Override
    public void close() {
        stream.close();
    }
}
