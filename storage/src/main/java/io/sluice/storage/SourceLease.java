package io.sluice.storage;

import io.sluice.core.LeaseHolder;

/**
 * Who writes a stream, or wrote it last, from another process: one source at a time (docs/protocol.md, "Greet"). It is kept
 * beside the stream, so that it outlives the server.
 *
 * @param epoch which lease this is: higher for each run of a source that gets it
 * @param sourceId what the source calls itself; 0 for a source in the server's own process
 * @param instance which run of that source; 0 for a source in the server's own process
 * @param address where it connected from last, in ASCII; at most {@link LeaseHolder#MAX_ADDRESS_LENGTH} characters
 * @param sinceMillis when this run got the lease, in milliseconds since 1970
 * @param released whether the source gave it back
 */
public record SourceLease(
        long epoch, long sourceId, long instance, String address, long sinceMillis, boolean released) {

    /** The address of a source in the server's own process. */
    public static final String EMBEDDED = "embedded";

    /** Checks the address's length. */
    public SourceLease {
        if (address.length() > LeaseHolder.MAX_ADDRESS_LENGTH) {
            throw new IllegalArgumentException("An address has at most " + LeaseHolder.MAX_ADDRESS_LENGTH
                    + " characters, not " + address.length() + ".");
        }
    }

    /** Whether a source in the server's own process has written last. */
    public boolean isEmbedded() {
        return sourceId == 0;
    }

    /** Whether it is this source's, in whichever run. */
    public boolean isOf(long otherSourceId) {
        return sourceId == otherSourceId && !isEmbedded();
    }

    /** Whether it is this run's. */
    public boolean isOf(long otherSourceId, long otherInstance) {
        return isOf(otherSourceId) && instance == otherInstance;
    }

    SourceLease withAddress(String newAddress) {
        return new SourceLease(epoch, sourceId, instance, newAddress, sinceMillis, false);
    }

    SourceLease given() {
        return new SourceLease(epoch, sourceId, instance, address, sinceMillis, true);
    }
}
