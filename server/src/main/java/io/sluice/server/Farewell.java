package io.sluice.server;

import io.sluice.core.ProtocolException;
import io.sluice.core.Result;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceMessageDecoder.UnknownMessage;
import io.sluice.core.SourceMessageDecoder.UnknownVersion;
import io.sluice.core.SourceReply;
import io.sluice.core.SourceResult;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The last thing that a source is told because of what it has sent.
 *
 * @param reply null for what is no message at all: that is answered by a bare result, as clients get it
 * @param reason for the log
 */
record Farewell(@Nullable SourceReply reply, String reason) {
    private static final byte[] NOTHING = {};

    /** A greeting is refused. */
    static Farewell refused(int code, String text) {
        return new Farewell(new SourceReply(SourceMessage.Greet.CODE, 0, SourceResult.of(code, text), NOTHING), text);
    }

    /**
     * The bytes of a source are wrong.
     *
     * @param code the number of the message at fault, if that much of it is there, else 0
     */
    static Farewell to(ProtocolException fault, long code) {
        String text = String.valueOf(fault.getMessage());
        if (fault instanceof UnknownMessage) {
            return new Farewell(null, text);
        }
        if (fault instanceof UnknownVersion) {
            byte[] known = ByteBuffer.allocate(Integer.BYTES)
                    .putInt(SourceMessage.VERSION)
                    .array();
            return new Farewell(
                    new SourceReply(code, 0, SourceResult.of(SourceResult.UNKNOWN_VERSION, text), known), text);
        }
        return new Farewell(new SourceReply(code, 0, SourceResult.of(SourceResult.BAD_MESSAGE, text)), text);
    }

    void putInto(Outbox outbox) {
        if (reply == null) {
            outbox.add(Result.INVALID_COMMAND);
        } else {
            outbox.add(reply);
        }
    }
}
