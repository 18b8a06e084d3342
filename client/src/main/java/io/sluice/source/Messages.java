package io.sluice.source;

import io.sluice.core.SourceMessage;
import java.nio.ByteBuffer;

/** Messages as bytes. */
final class Messages {
    private Messages() {}

    /** A buffer that holds this message and nothing else. */
    static ByteBuffer bytes(SourceMessage message) {
        ByteBuffer bytes = ByteBuffer.allocate(message.length());
        message.putTo(bytes);
        return bytes.flip();
    }
}
