package io.sluice.server;

import io.sluice.core.SourceMessage;
import io.sluice.core.SourceResult;
import java.security.MessageDigest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the sessions of a source port share.
 *
 * @param writers the streams, by stream type
 */
record SourcePort(
        SourceServerOptions options,
        Map<Long, SourceWriter> writers,
        SourceConnections connections,
        Refusals refusals,
        Sweeps clock) {
    /** Why a source that greets so is not wanted here, whoever has the lease; null when it is. */
    @Nullable
    Farewell refusal(SourceMessage.Greet greet, String address) {
        // First of all: whoever does not know the secret is not told which streams there are either.
        if (!accepts(greet.token())) {
            refusals.tell(address, "it has another token, or none.");
            return Farewell.refused(SourceResult.BAD_CREDENTIALS, "The token is not the one that is wanted here.");
        }
        if (!writers.containsKey(greet.streamType())) {
            return Farewell.refused(
                    SourceResult.UNKNOWN_STREAM,
                    "There is no stream of type " + Long.toUnsignedString(greet.streamType()) + " for sources here.");
        }
        return null;
    }

    /** Whether a source knows the secret; in a time that does not depend on how much of it is right. */
    private boolean accepts(byte[] token) {
        byte[] wanted = options.token();
        return wanted == null || MessageDigest.isEqual(wanted, token);
    }
}
