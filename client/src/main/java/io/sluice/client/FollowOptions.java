package io.sluice.client;

import java.time.Duration;

/**
 * How a {@link StreamFollower} behaves. Begin with {@link #defaults()} and change what should differ.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param client what holds for each connection
 * @param wholeOperations whether entries are handed out only when the server has shown that they are committed, and
 *     batches end where it has shown an end of the stream: see {@link EntryBatch#endsOperation}. Sluice servers tell it in
 *     the stream; others are asked for their header and their last entry over a second connection
 * @param giveUpAfter how long to go on trying to connect again without getting further; zero never tries again. The time
 *     that the consumer takes does not count
 * @param checkAfter when nothing has come for this long, the server is asked whether there should have been something;
 *     more than zero
 * @param listener is told what happens
 */
public record FollowOptions(
        ClientOptions client,
        boolean wholeOperations,
        Duration giveUpAfter,
        Duration checkAfter,
        FollowerListener listener) {
    private static final FollowOptions DEFAULTS = new FollowOptions(
            ClientOptions.defaults(), false, Duration.ofMinutes(5), Duration.ofSeconds(5), new FollowerListener() {});

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException when a value is out of its range
     */
    public FollowOptions {
        if (giveUpAfter.isNegative()) {
            throw new IllegalArgumentException("giveUpAfter is " + giveUpAfter + ", but must not be negative.");
        }
        if (checkAfter.isNegative() || checkAfter.isZero()) {
            throw new IllegalArgumentException("checkAfter is " + checkAfter + ", but must be more than zero.");
        }
    }

    /** Entries as they come; gives up after 5 minutes, asks after 5 seconds of silence. */
    public static FollowOptions defaults() {
        return DEFAULTS;
    }

    /** The same with other options for each connection. */
    public FollowOptions withClient(ClientOptions newClient) {
        return new FollowOptions(newClient, wholeOperations, giveUpAfter, checkAfter, listener);
    }

    /** The same with whole operations, or without. */
    public FollowOptions withWholeOperations(boolean newWholeOperations) {
        return new FollowOptions(client, newWholeOperations, giveUpAfter, checkAfter, listener);
    }

    /** The same with another time to go on trying. */
    public FollowOptions withGiveUpAfter(Duration newGiveUpAfter) {
        return new FollowOptions(client, wholeOperations, newGiveUpAfter, checkAfter, listener);
    }

    /** The same with another time of silence. */
    public FollowOptions withCheckAfter(Duration newCheckAfter) {
        return new FollowOptions(client, wholeOperations, giveUpAfter, newCheckAfter, listener);
    }

    /** The same with another listener. */
    public FollowOptions withListener(FollowerListener newListener) {
        return new FollowOptions(client, wholeOperations, giveUpAfter, checkAfter, newListener);
    }
}
