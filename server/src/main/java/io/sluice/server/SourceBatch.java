package io.sluice.server;

import io.sluice.core.SourceMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages of a source that arrived together.
 *
 * <p><b>Threading:</b> the session's loop fills it, then the writer has it.
 */
final class SourceBatch {
    /** What a message costs beside its bytes, about. */
    private static final int MESSAGE_COST = 64;

    private final List<SourceMessage> messages = new ArrayList<>();
    private int bytes;

    void add(SourceMessage message) {
        messages.add(message);
        bytes += message.length() + MESSAGE_COST;
    }

    List<SourceMessage> messages() {
        return messages;
    }

    /** What they had on the wire, and about what they cost beside that. */
    int bytes() {
        return bytes;
    }
}
