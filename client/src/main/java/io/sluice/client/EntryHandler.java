package io.sluice.client;

/**
 * Takes what a {@link StreamFollower} receives, on the follower's own thread. Nothing more is read from the network until
 * {@link #onEntries} returns, so that a slow handler costs no memory; a connection that the server ends meanwhile is
 * made again without the handler noticing.
 */
public interface EntryHandler {
    /**
     * Entries have come.
     *
     * @param batch valid until this returns
     */
    void onEntries(EntryBatch batch);

    /**
     * The follower has ended, and calls nothing any more: it has failed for good ({@link ClientException}), or
     * {@link #onEntries} has thrown this. It is not called after a close.
     */
    void onFailure(Throwable failure);
}
