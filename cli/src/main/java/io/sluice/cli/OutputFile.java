package io.sluice.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** A file that results go to. */
final class OutputFile {
    private OutputFile() {}

    static Output open(Path file, boolean overwrite) {
        Set<StandardOpenOption> options = overwrite
                ? Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING)
                : Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        try {
            return new Output(FileChannel.open(file, options), file.toString());
        } catch (IOException e) {
            throw new OutputException(file.toString(), e);
        }
    }
}
