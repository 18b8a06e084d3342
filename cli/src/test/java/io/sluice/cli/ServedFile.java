package io.sluice.cli;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests have of a stream that commands can read from its server and from its file. It is empty at first. */
abstract class ServedFile {
    @TempDir
    Path folder;

    Path file;
    ServedStream served;

    @BeforeEach
    void serve() {
        file = folder.resolve("stream.bin");
        served = new ServedStream(file);
    }

    @AfterEach
    void close() {
        served.close();
    }

    /** How a command is told where the stream is. */
    Object stream(boolean remote) {
        return remote ? served.address() : file;
    }
}
