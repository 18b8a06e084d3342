package io.sluice.storage;

/** The time that passes. A seam: tests let it pass as they like. */
interface Clock {
    /** Nanoseconds since some moment; only differences mean something. */
    long nanoTime();
}
