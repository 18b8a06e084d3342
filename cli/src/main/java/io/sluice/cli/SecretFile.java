package io.sluice.cli;

import io.sluice.core.SourceMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A file that holds a token: the secret that a server wants to see. */
final class SecretFile {
    private SecretFile() {}

    /** Its bytes without the line end after them. */
    static byte[] read(Path file) {
        byte[] bytes;
        try {
            if (Files.size(file) > SourceMessage.MAX_TOKEN_LENGTH + 2) {
                throw tooLong(file);
            }
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw CommandFailure.failed("Cannot read the token in " + file + ": " + Words.reason(e) + ".");
        }
        int length = bytes.length;
        if (length > 0 && bytes[length - 1] == '\n') {
            length--;
            if (length > 0 && bytes[length - 1] == '\r') {
                length--;
            }
        }
        if (length == 0) {
            throw CommandFailure.failed(file + " holds no token: it is empty.");
        }
        if (length > SourceMessage.MAX_TOKEN_LENGTH) {
            throw tooLong(file);
        }
        return Arrays.copyOf(bytes, length);
    }

    private static CommandFailure tooLong(Path file) {
        return CommandFailure.failed(
                file + " holds no token: it has more than " + SourceMessage.MAX_TOKEN_LENGTH + " bytes.");
    }
}
