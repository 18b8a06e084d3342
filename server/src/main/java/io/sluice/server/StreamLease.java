package io.sluice.server;

import io.sluice.core.LeaseHolder;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceMessage.Claim;
import io.sluice.core.SourceReply;
import io.sluice.core.SourceResult;
import io.sluice.storage.SourceLease;
import io.sluice.storage.SourceLeases;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a stream's lease: who gets it, and until when it is kept for a source that is not connected
 * (docs/protocol.md, "Greet").
 *
 * <p><b>Threading:</b> confined to the stream's writer.
 */
final class StreamLease {
    private final SourceLeases leases;
    private final Sweeps clock;
    private final long leaseNanos;

    /** Until when nobody else gets it, while its holder is not connected. */
    private long keptUntilNanos;

    private boolean connected;

    /** A server has just been started: whoever had the lease when the one before ended has all of its time. */
    StreamLease(SourceLeases leases, Sweeps clock, long leaseNanos) {
        this.leases = leases;
        this.clock = clock;
        this.leaseNanos = leaseNanos;
        this.keptUntilNanos = clock.nanoTime() + leaseNanos;
    }

    /** Why this greeting does not get the lease, or null. */
    @Nullable
    SourceReply refusal(SourceMessage.Greet greet) {
        SourceLease last = leases.current();
        if (greet.claim() == Claim.CONTINUE && !isOfThisRun(greet)) {
            return refusal(SourceResult.FENCED, fencedBy(last), new byte[0]);
        }
        if (greet.claim() == Claim.NEW && last != null && !last.isOf(greet.sourceId()) && isKept(last)) {
            LeaseHolder holder = new LeaseHolder(last.address(), last.sinceMillis(), endsInMillis());
            return refusal(
                    SourceResult.LEASE_HELD, "Another source has the lease: " + last.address(), holder.toBytes());
        }
        return null;
    }

    static SourceReply refusal(int code, String text, byte[] content) {
        return new SourceReply(SourceMessage.Greet.CODE, 0, SourceResult.of(code, text), content);
    }

    private static String fencedBy(@Nullable SourceLease last) {
        return last == null
                ? "Nothing is known here of a lease to go on with."
                : "The stream has got another source, or another run of this one: " + last.address() + ".";
    }

    private boolean isKept(SourceLease last) {
        return !last.isEmbedded() && !last.released() && (connected || keptUntilNanos - clock.nanoTime() > 0);
    }

    private long endsInMillis() {
        long left = keptUntilNanos - clock.nanoTime();
        return connected ? 0 : Math.max(1, TimeUnit.NANOSECONDS.toMillis(left + 999_999));
    }

    /** Whether the lease is, or was, this very run's. */
    boolean isOfThisRun(SourceMessage.Greet greet) {
        SourceLease last = leases.current();
        return last != null && last.isOf(greet.sourceId(), greet.instance());
    }

    /** Whether the lease is, or was, this source's, in whichever run. */
    boolean isOfThisSource(SourceMessage.Greet greet) {
        SourceLease last = leases.current();
        return last != null && last.isOf(greet.sourceId());
    }

    /** Gives it to this run; it is on the disk when this returns. */
    SourceLease give(SourceMessage.Greet greet, String address) {
        SourceLease given = isOfThisRun(greet)
                ? leases.goOn(address)
                : leases.grant(greet.sourceId(), greet.instance(), address, System.currentTimeMillis());
        connected = true;
        return given;
    }

    /** Its holder is not connected any more; it was heard last at this moment. */
    void disconnected(long heardNanos) {
        connected = false;
        keptUntilNanos = heardNanos + leaseNanos;
        leases.leave();
    }

    /** The server ends: what is written from now on is not for the lease. */
    void left() {
        leases.leave();
    }

    /** Its holder gives it back. */
    void release() {
        leases.release();
    }
}
