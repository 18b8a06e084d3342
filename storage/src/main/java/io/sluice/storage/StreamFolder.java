package io.sluice.storage;

import java.nio.file.Path;

/**
 * Where things are kept beside a stream file: one folder of ours, {@code FILE.sluice}. The stream is in the file alone;
 * all that is in the folder can be derived or done without.
 *
 * @param path the folder
 */
record StreamFolder(Path path) {
    static StreamFolder of(Path file) {
        return new StreamFolder(file.resolveSibling(file.getFileName() + ".sluice"));
    }

    Path lock() {
        return path.resolve("lock");
    }

    Path bookmarks() {
        return path.resolve("bookmarks.mv");
    }

    Path checkpoint() {
        return path.resolve("checkpoint");
    }

    Path generations() {
        return path.resolve("generations");
    }

    /** Where operations end, and their checksums. */
    Path operations() {
        return path.resolve("ops");
    }

    /** The next {@link #operations}, while it is being built anew. */
    Path nextOperations() {
        return path.resolve("ops.next");
    }

    /** The next {@link #generations}, while it is being written. */
    Path nextGenerations() {
        return path.resolve("generations.next");
    }

    /** Who writes from elsewhere. Without it a source that had the lease cannot go on as if nothing had happened. */
    Path lease() {
        return path.resolve("lease");
    }

    /** The next {@link #lease}, while it is being written. */
    Path nextLease() {
        return path.resolve("lease.next");
    }

    /** How much of an open operation is kept behind the committed end. */
    Path keptOperation() {
        return path.resolve("kept");
    }

    /** The next {@link #keptOperation}, while it is being written. */
    Path nextKeptOperation() {
        return path.resolve("kept.next");
    }

    Path rewrite() {
        return path.resolve("rewrite");
    }

    /** The rest of an operation that is laid out again, while that is done. */
    Path relayout() {
        return path.resolve("relayout");
    }
}
