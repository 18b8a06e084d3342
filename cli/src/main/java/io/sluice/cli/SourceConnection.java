package io.sluice.cli;

import io.sluice.core.SourceGrant;
import io.sluice.core.StreamSource;

/**
 * A stream source that has the lease.
 *
 * @param source what to write through
 * @param grant what it was told when it got the lease
 */
record SourceConnection(StreamSource source, SourceGrant grant) implements AutoCloseable {
    @Override
    public void close() {
        source.close();
    }
}
