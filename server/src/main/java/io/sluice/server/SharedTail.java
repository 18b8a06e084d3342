package io.sluice.server;

import io.sluice.storage.Committed;
import io.sluice.storage.StreamView;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The most recent bytes of a stream, kept in memory so that many sessions near the end are served by one read. Sessions
 * that want the same bytes that nobody has read yet wait for one read together. Sessions that are far behind read on
 * their own, in another lane, and leave nothing here.
 *
 * <p><b>Threading:</b> any thread; guarded by its own lock, which is never held while something is read.
 */
final class SharedTail {
    /** Bytes that are kept. */
    static final int MAX_HELD = 4 << 20;

    /** Chunks that are kept: a live stream's are a few hundred bytes each. */
    static final int MAX_CHUNKS = 1024;

    private final StreamView view;
    private final ReaderPool readers;
    private final ChunkBuffers buffers;

    // Guarded by this, all of them. Chunks and reads are of this one generation.
    private final TreeMap<Long, Chunk> chunksByStart = new TreeMap<>();
    private final Map<Long, ChunkRead> readsByPosition = new HashMap<>();
    private long generation;
    private long held;
    private boolean closed;

    /** Up to here somebody has read. Whoever stands here or beyond is at the front, however much is committed by now. */
    private long front;

    SharedTail(StreamView view, ReaderPool readers, ChunkBuffers buffers) {
        this.view = view;
        this.readers = readers;
        this.buffers = buffers;
        Committed now = view.committed();
        this.generation = now.generation();
        this.front = now.position();
    }

    StreamView view() {
        return view;
    }

    /**
     * Gives what the cursor wants next if it is in memory, retained; otherwise reads it, alone or together with others,
     * and calls the cursor on its loop when that is done.
     */
    @Nullable
    Chunk fetch(ChunkRequest request, StreamCursor cursor) {
        ChunkRead read;
        boolean shared = false;
        synchronized (this) {
            if (closed) {
                return null;
            }
            if (request.generation() > generation) {
                // The cursor started after a change of which this has not been told yet.
                reset(request.committed());
            }
            if (request.generation() == generation) {
                Chunk chunk = find(request);
                if (chunk != null) {
                    return chunk;
                }
                ChunkRead running = readsByPosition.get(request.position());
                if (running != null) {
                    running.join(cursor);
                    return null;
                }
                shared = request.position() >= front
                        || request.position() >= request.committed().position() - MAX_HELD;
            }
            // What is shared is read in small pieces: a client that takes nothing must not hold much of it.
            ChunkRequest wanted = shared ? request.shared(StreamCursor.MIN_CHUNK_LENGTH) : request;
            read = new ChunkRead(this, wanted, buffers, shared);
            read.join(cursor);
            if (shared) {
                readsByPosition.put(request.position(), read);
            }
        }
        if (shared) {
            readers.readLive(read);
        } else {
            readers.readHistory(read);
        }
        return null;
    }

    /** A read is done, and nobody can join it any more. */
    synchronized void done(ChunkRead read, @Nullable Chunk chunk) {
        boolean shared = readsByPosition.remove(read.request().position(), read);
        if (!shared || chunk == null || chunk.length() == 0 || closed) {
            return;
        }
        chunk.bytes().retain();
        held += chunk.memory();
        Chunk former = chunksByStart.put(chunk.start(), chunk);
        if (former != null) {
            drop(former);
        }
        front = Math.max(front, chunk.end());
        while (held > MAX_HELD || chunksByStart.size() > MAX_CHUNKS) {
            drop(chunksByStart.pollFirstEntry().getValue());
        }
    }

    /** Forgets all of an older generation. */
    synchronized void historyChanged(Committed now) {
        if (now.generation() > generation) {
            reset(now);
        }
    }

    /** Lets go of all memory, for good. */
    synchronized void close() {
        closed = true;
        dropAll();
    }

    private void reset(Committed now) {
        dropAll();
        generation = now.generation();
        front = now.position();
    }

    private void dropAll() {
        chunksByStart.values().forEach(this::drop);
        chunksByStart.clear();
        // Reads under way go on for those who wait already; what they bring is not kept.
        readsByPosition.clear();
    }

    private void drop(Chunk chunk) {
        held -= chunk.memory();
        chunk.release();
    }

    private @Nullable Chunk find(ChunkRequest request) {
        Map.Entry<Long, Chunk> floor = chunksByStart.floorEntry(request.position());
        if (floor == null || request.position() >= floor.getValue().end()) {
            return null;
        }
        return floor.getValue().slice(request.position(), request.limit());
    }
}
