package io.sluice.storage;

import io.sluice.core.StreamHeader;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How a stream file is opened.
 *
 * @param version the version that the stream must have, or gets if it is new (1 unless said)
 * @param systemId the system id that the stream must have, or gets if it is new (1 unless said); unsigned
 * @param streamType the stream type that the stream must have, or gets if it is new (1 unless said); unsigned
 * @param forcePolicy when commits are forced to the disk
 * @param operationMemoryBytes how much of the open operation is kept in memory before its beginning is written to the
 *     file, where it means nothing yet; operations on their way take as much again; at least 2 MiB
 */
public record DataStreamOptions(
        OptionalInt version,
        OptionalLong systemId,
        OptionalLong streamType,
        ForcePolicy forcePolicy,
        int operationMemoryBytes) {

    private static final int DEFAULT_OPERATION_MEMORY_BYTES = 8 << 20;
    private static final int MIN_OPERATION_MEMORY_BYTES = 2 << 20;
    private static final int DEFAULT_VERSION = 1;
    private static final long DEFAULT_SYSTEM_ID = 1;

    /** Checks the ranges. */
    public DataStreamOptions {
        if (version.isPresent() && (version.getAsInt() < 0 || version.getAsInt() > 255)) {
            throw new IllegalArgumentException("A stream's version is 0 to 255, not " + version.getAsInt() + ".");
        }
        if (operationMemoryBytes < MIN_OPERATION_MEMORY_BYTES) {
            throw new IllegalArgumentException("An operation needs at least " + MIN_OPERATION_MEMORY_BYTES
                    + " bytes of memory, not " + operationMemoryBytes + ".");
        }
    }

    /** Takes an existing stream as it is, forces each commit, keeps 8 MiB of an operation in memory. */
    public static DataStreamOptions defaults() {
        return new DataStreamOptions(
                OptionalInt.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                ForcePolicy.ALWAYS,
                DEFAULT_OPERATION_MEMORY_BYTES);
    }

    /** See {@link #version()}. */
    public DataStreamOptions withVersion(int newVersion) {
        return new DataStreamOptions(
                OptionalInt.of(newVersion), systemId, streamType, forcePolicy, operationMemoryBytes);
    }

    /** See {@link #systemId()}. */
    public DataStreamOptions withSystemId(long newSystemId) {
        return new DataStreamOptions(
                version, OptionalLong.of(newSystemId), streamType, forcePolicy, operationMemoryBytes);
    }

    /** See {@link #streamType()}. */
    public DataStreamOptions withStreamType(long newStreamType) {
        return new DataStreamOptions(
                version, systemId, OptionalLong.of(newStreamType), forcePolicy, operationMemoryBytes);
    }

    /** See {@link #forcePolicy()}. */
    public DataStreamOptions withForcePolicy(ForcePolicy newForcePolicy) {
        return new DataStreamOptions(version, systemId, streamType, newForcePolicy, operationMemoryBytes);
    }

    /** See {@link #operationMemoryBytes()}. */
    public DataStreamOptions withOperationMemoryBytes(int newOperationMemoryBytes) {
        return new DataStreamOptions(version, systemId, streamType, forcePolicy, newOperationMemoryBytes);
    }

    /** The header of a new stream. */
    StreamHeader newHeader() {
        return new StreamHeader(
                version.orElse(DEFAULT_VERSION),
                systemId.orElse(DEFAULT_SYSTEM_ID),
                streamType.orElse(StreamHeader.SEQUENCER),
                PageLayout.HEADER_PAGE_LENGTH,
                0);
    }
}
