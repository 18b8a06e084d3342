package io.sluice.server;

import java.security.MessageDigest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the sessions of a source port share.
 *
 * @param writers the streams, by stream type
 */
record SourcePort(
        SourceServerOptions options, Map<Long, SourceWriter> writers, SourceConnections connections, Sweeps clock) {
    @Nullable
    SourceWriter writer(long streamType) {
        return writers.get(streamType);
    }

    /** Whether a source knows the secret; in a time that does not depend on how much of it is right. */
    boolean accepts(byte[] token) {
        byte[] wanted = options.token();
        return wanted == null || MessageDigest.isEqual(wanted, token);
    }
}
