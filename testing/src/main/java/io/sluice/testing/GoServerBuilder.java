package io.sluice.testing;

import io.sluice.core.StreamHeader;
import io.sluice.testing.GoServer.Fault;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * How a {@link GoServer} is to behave; without any fault unless some are named.
 *
 * <p><b>Threading:</b> for one thread.
 */
public final class GoServerBuilder {
    private final long seed;
    private final Set<Fault> faults = EnumSet.noneOf(Fault.class);
    private double chance = 0.5;
    private int version = 3;
    private long systemId = 1101;
    private long streamType = StreamHeader.SEQUENCER;
    private Duration errorDelay = Duration.ofSeconds(2);
    private Duration writeTimeout = Duration.ofSeconds(3);
    private Duration inactivityTimeout = Duration.ofMinutes(2);
    private Duration broadcastDelay = Duration.ZERO;
    private int connectionLimit = 100;
    private int sendBufferBytes;

    /** Any number is a good seed. */
    public GoServerBuilder(long seed) {
        this.seed = seed;
    }

    /** Switches these faults on, in addition to those that are on. */
    public GoServerBuilder with(Fault... newFaults) {
        faults.addAll(Set.of(newFaults));
        return this;
    }

    /** Switches these faults on, in addition to those that are on. */
    public GoServerBuilder with(Set<Fault> newFaults) {
        faults.addAll(newFaults);
        return this;
    }

    /** How likely each fault of chance is at each of its occasions, 0 to 1; one half unless told otherwise. */
    public GoServerBuilder chance(double newChance) {
        if (newChance < 0 || newChance > 1) {
            throw new IllegalArgumentException("The chance is " + newChance + ", but must be 0 to 1.");
        }
        chance = newChance;
        return this;
    }

    /** What the header says; version 3, system 1101 and stream type 1 unless told otherwise. */
    public GoServerBuilder stream(int newVersion, long newSystemId, long newStreamType) {
        version = newVersion;
        systemId = newSystemId;
        streamType = newStreamType;
        return this;
    }

    /** How long after an error result a connection is closed, where it is; 2 s unless told otherwise, as in reality. */
    public GoServerBuilder errorDelay(Duration newErrorDelay) {
        errorDelay = newErrorDelay;
        return this;
    }

    /** For {@link Fault#WRITE_TIMEOUT}; 3 s unless told otherwise, as in reality. */
    public GoServerBuilder writeTimeout(Duration newWriteTimeout) {
        writeTimeout = newWriteTimeout;
        return this;
    }

    /** For {@link Fault#INACTIVITY}; 2 minutes unless told otherwise, as in reality. */
    public GoServerBuilder inactivityTimeout(Duration newInactivityTimeout) {
        inactivityTimeout = newInactivityTimeout;
        return this;
    }

    /** How long after the header has counted it an operation goes out to live sessions; at once unless told otherwise. */
    public GoServerBuilder broadcastDelay(Duration newBroadcastDelay) {
        broadcastDelay = newBroadcastDelay;
        return this;
    }

    /** For {@link Fault#CONNECTION_LIMIT}; 100 unless told otherwise, as in reality. */
    public GoServerBuilder connectionLimit(int newConnectionLimit) {
        connectionLimit = newConnectionLimit;
        return this;
    }

    /**
     * The sockets' send buffers, so that a reader that takes nothing is noticed after few bytes; the system's choice,
     * which grows to megabytes, unless told otherwise.
     */
    public GoServerBuilder sendBufferBytes(int newSendBufferBytes) {
        sendBufferBytes = newSendBufferBytes;
        return this;
    }

    /** Starts the server, with an empty stream. */
    public GoServer start() {
        GoServer server = new GoServer(new GoSettings(
                seed,
                Set.copyOf(faults),
                chance,
                version,
                systemId,
                streamType,
                errorDelay,
                writeTimeout,
                inactivityTimeout,
                broadcastDelay,
                connectionLimit,
                sendBufferBytes));
        server.start();
        return server;
    }
}
