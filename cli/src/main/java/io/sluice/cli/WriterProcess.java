package io.sluice.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * Which process has a stream file open to write. Only Linux tells, and without touching the lock: an attempt to take it
 * could make a server fail that starts at that moment.
 */
final class WriterProcess {
    private static final Path LOCKS = Path.of("/proc/locks");
    private static final int PROCESS_FIELD = 4;
    private static final int INODE_FIELD = 5;

    private WriterProcess() {}

    /** The process; empty when there is none, or none that can be seen from here. */
    static OptionalLong of(Path file) {
        try {
            Path real = file.toRealPath();
            Path lock = real.resolveSibling(real.getFileName() + ".sluice").resolve("lock");
            // The device is left out: containers and some file systems show another one.
            String inode = ":" + Files.getAttribute(lock, "unix:ino");
            List<String> locks = Files.readAllLines(LOCKS);
            for (String line : locks) {
                String[] fields = line.trim().split("\\s+", -1);
                if (fields.length > INODE_FIELD && fields[INODE_FIELD].endsWith(inode)) {
                    return OptionalLong.of(Long.parseLong(fields[PROCESS_FIELD]));
                }
            }
        } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
            // It is a courtesy of the system: what cannot be told is left out.
        }
        return OptionalLong.empty();
    }
}
