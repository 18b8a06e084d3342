package io.sluice.source;

import io.sluice.core.SourceGrant;

/**
 * Hears how the connection of a {@link RemoteStreamSource} is doing. Nobody has to listen: the source connects again by
 * itself.
 *
 * <p><b>Threading:</b> called on the source's own threads, which wait meanwhile; it must not call the source. What it throws
 * is dropped.
 */
public interface SourceListener {
    /** Hears nothing. */
    SourceListener NONE = new SourceListener() {};

    /** There is a connection, the first one or another one, and this source has the lease. */
    default void connected(SourceGrant grant) {}

    /**
     * The connection is lost, or an attempt to make another one failed; it is tried again.
     *
     * @param why for people
     */
    default void disconnected(String why) {}
}
