package io.sluice.storage;

import java.time.Duration;

/** When what was committed is forced to the disk, and so what a power cut can take. A dying process takes nothing. */
public sealed interface ForcePolicy {
    /** Each commit is forced before it is acknowledged: what was acknowledged survives a power cut. */
    ForcePolicy ALWAYS = new Always();

    /** Nothing is forced before the stream is closed: after a power cut damage is detected, not prevented. */
    ForcePolicy NEVER = new Never();

    /**
     * Commits are forced together, once in this time: a power cut takes what was committed since the last time, and
     * nothing before.
     *
     * @param interval at least one millisecond
     */
    static ForcePolicy interval(Duration interval) {
        return new Interval(interval);
    }

    /** See {@link #ALWAYS}. */
    record Always() implements ForcePolicy {}

    /** See {@link #NEVER}. */
    record Never() implements ForcePolicy {}

    /** See {@link #interval}. */
    record Interval(Duration interval) implements ForcePolicy {
        /** Checks the range. */
        public Interval {
            if (interval.compareTo(Duration.ofMillis(1)) < 0) {
                throw new IllegalArgumentException(
                        "A force interval is at least one millisecond, not " + interval + ".");
            }
        }
    }
}
