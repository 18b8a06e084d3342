package io.sluice.storage;

import io.sluice.core.StreamHeader;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the writer and the readers of one stream share.
 *
 * <p><b>Threading:</b> the committed position has one writer at a time (the committer, or an administrative change while
 * nothing is on its way) and any number of readers, who must not read the file beyond it.
 */
final class StreamState {
    private static final Logger LOG = LoggerFactory.getLogger(StreamState.class);

    private final Path path;
    private final DiskFile file;
    private final PageLayout layout;
    private final StreamHeader identity;
    private final PageDirectory directory;

    /**
     * Committed bytes change under the write lock only, and are read under the read lock: no reader gets bytes of two
     * histories. Commits do not need it, they touch nothing that is committed.
     */
    private final ReadWriteLock historyLock = new ReentrantReadWriteLock();

    private final List<StreamListener> listeners = new CopyOnWriteArrayList<>();

    /** Written before the position: whoever has seen a generation there hears of all the changes up to it. */
    private volatile GenerationNote generations;

    /** Written last, after the bytes that it counts; see the class. */
    private volatile Committed committed;

    StreamState(Path path, DiskFile file, PageLayout layout, StreamHeader header, GenerationNote generations) {
        this.path = path;
        this.file = file;
        this.layout = layout;
        this.identity = header;
        this.generations = generations;
        this.committed = new Committed(header.totalLength(), header.totalEntries(), generations.current());
        this.directory = new PageDirectory(file, layout, path);
    }

    Path path() {
        return path;
    }

    DiskFile file() {
        return file;
    }

    PageLayout layout() {
        return layout;
    }

    PageDirectory directory() {
        return directory;
    }

    ReadWriteLock historyLock() {
        return historyLock;
    }

    Committed committed() {
        return committed;
    }

    StreamHeader header() {
        Committed now = committed;
        return headerAt(now.position(), now.entries());
    }

    StreamHeader headerAt(long position, long entries) {
        return identity.withTotals(position, entries);
    }

    /** Shows readers what is committed now; the caller tells the listeners. */
    void publish(long position, long entries) {
        committed = new Committed(position, entries, committed.generation());
    }

    /** Shows readers another history; under the write lock. */
    void publishHistory(long position, long entries, GenerationNote newGenerations) {
        generations = newGenerations;
        committed = new Committed(position, entries, newGenerations.current());
    }

    OptionalLong unchangedBefore(long generation) {
        return generations.unchangedBefore(generation);
    }

    void tellCommitted() {
        Committed now = committed;
        tell(listener -> listener.committed(now));
    }

    void tellHistoryChanged() {
        Committed now = committed;
        tell(listener -> listener.historyChanged(now));
    }

    /** A listener that fails is its owner's affair; the commit stands, and the others hear of it. */
    private void tell(Consumer<StreamListener> news) {
        for (StreamListener listener : listeners) {
            try {
                news.accept(listener);
            } catch (RuntimeException | Error e) {
                LOG.error("{}: a listener failed", path, e);
            }
        }
    }

    void addListener(StreamListener listener) {
        listeners.add(listener);
    }

    void removeListener(StreamListener listener) {
        listeners.remove(listener);
    }
}
