package io.sluice.testing;

import io.sluice.testing.GoServer.Fault;
import java.time.Duration;
import java.util.Set;

/** What a {@link GoServerBuilder} has gathered; the values are explained there. Immutable. */
record GoSettings(
        long seed,
        Set<Fault> faults,
        double chance,
        int version,
        long systemId,
        long streamType,
        Duration errorDelay,
        Duration writeTimeout,
        Duration inactivityTimeout,
        Duration broadcastDelay,
        int connectionLimit,
        int sendBufferBytes) {

    boolean has(Fault fault) {
        return faults.contains(fault);
    }
}
