package io.sluice.client;

import org.jspecify.annotations.Nullable;

/**
 * Hears what a {@link StreamFollower} does. Nothing of it has to be handled.
 *
 * <p><b>Threading:</b> called by the thread that follows: the one that calls {@link StreamFollower#next}, or the
 * follower's own; {@link FollowerState#CLOSED} by the one that closes. It should return soon. What it throws ends that
 * call, and with a handler or a subscriber the follower, whose failure it is then.
 */
public interface FollowerListener {
    /**
     * The state has changed.
     *
     * @param state the new one
     * @param because what went wrong, when it is {@link FollowerState#WAITING} or {@link FollowerState#FAILED}
     */
    default void stateChanged(FollowerState state, @Nullable ClientException because) {}

    /** The follower is catching up, and has come that far; once a second as long as it is behind. */
    default void catchingUp(FollowProgress progress) {}
}
