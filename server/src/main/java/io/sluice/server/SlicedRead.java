package io.sluice.server;

import org.jspecify.annotations.Nullable;

/** A read of the stream in slices of at most a page each. */
interface SlicedRead {
    /** Does the next slice; gives the content of the answer, or null when there is more to do. */
    byte @Nullable [] next();
}
