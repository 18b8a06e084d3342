package io.sluice.storage;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The family of errors of stream files: what happened, where, and what would be right. */
public class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    StorageException(String message) {
        super(message);
    }

    StorageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The disk failed. */
    static StorageException of(String what, IOException cause) {
        String reason = reason(cause);
        String message = String.valueOf(cause.getMessage());
        // The JDK names the file again; once is enough.
        String repeated = ": " + message;
        boolean names = what.contains(message) && reason.endsWith(repeated);
        return new StorageException(
                what + ": " + (names ? reason.substring(0, reason.length() - repeated.length()) : reason), cause);
    }

    /** What an I/O error says, in words: the JDK's messages are often a bare file name. */
    static String reason(Throwable cause) {
        String message = cause.getMessage();
        if (cause instanceof java.nio.file.NoSuchFileException) {
            return "no such file or folder: " + message;
        }
        if (cause instanceof java.nio.file.AccessDeniedException) {
            return "permission denied: " + message;
        }
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    /** The file is none of ours, or damaged. */
    public static final class Corrupt extends StorageException {
        private static final long serialVersionUID = 1;

        Corrupt(String message) {
            super(message);
        }

        /** The same, and what can be done about it, when the file is a stream that is damaged. */
        Corrupt withAdvice(Path path, DiskFile file) {
            try {
                if (HeaderPage.hasMagic(file) || RepairScan.beginsWithEntry(file)) {
                    return new Corrupt(getMessage() + " What can be done about it tells: sluice repair " + path);
                }
            } catch (IOException e) {
                // It cannot be read, which repair could not either.
            }
            return this;
        }
    }

    /** The disk has no room for what is kept beside the stream; it can be tried again. */
    static final class NoRoom extends StorageException {
        private static final long serialVersionUID = 1;

        NoRoom(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Another process, or another part of this one, writes the file. */
    public static final class Locked extends StorageException {
        private static final long serialVersionUID = 1;

        Locked(String message) {
            super(message);
        }
    }

    /** The file has other header fields than were asked for. */
    public static final class Mismatch extends StorageException {
        private static final long serialVersionUID = 1;

        Mismatch(String message) {
            super(message);
        }
    }
}
