package io.sluice.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What the stream needs of a disk. A seam: tests put a simulated disk behind it that loses what was not forced.
 *
 * <p><b>Threading:</b> any thread.
 */
interface Disk {
    /** Opens a file for reading; nothing is created or changed. */
    DiskFile openToRead(Path file) throws IOException;

    /** Opens a file for reading and writing, and creates it when there is none. */
    DiskFile openToWrite(Path file) throws IOException;

    boolean exists(Path file);

    /**
     * The one path of a file, whichever links lead to it; of a file that does not exist yet, in a folder that does.
     */
    Path realPath(Path file) throws IOException;

    /** Creates this folder, not its parents; it may be there already. */
    void createFolder(Path folder) throws IOException;

    /** Deletes a file; it may be gone already. */
    void delete(Path file) throws IOException;

    /**
     * Gives a file another name in its folder, and takes the place of the one that has it: at any moment the name is the
     * old file's or this one's.
     */
    void move(Path file, Path target) throws IOException;

    /** Makes the names in a folder durable. */
    void forceFolder(Path folder) throws IOException;

    /**
     * Takes the lock that this file stands for, until the handle is closed or the process dies.
     *
     * @throws LockHeldException when somebody has it
     */
    Closeable lock(Path file) throws IOException;

    /** Names this run of the operating system: what was written, and not forced, survives the process but not this. */
    String bootId();

    /** The disk has no room; what was asked for was not done, or in part. */
    final class FullException extends IOException {
        private static final long serialVersionUID = 1;

        FullException(String message, IOException cause) {
            super(message, cause);
        }
    }

    /** Somebody else holds the lock. */
    final class LockHeldException extends IOException {
        private static final long serialVersionUID = 1;

        LockHeldException(String message) {
            super(message);
        }
    }
}
