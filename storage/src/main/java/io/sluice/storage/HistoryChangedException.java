package io.sluice.storage;

/** Committed bytes were truncated or rewritten since the reader looked: its positions may mean nothing any more. */
public final class HistoryChangedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What the reader knows, and what the stream is at. */
    public HistoryChangedException(long generation, long actualGeneration) {
        super("The stream was truncated or rewritten: this reader knows generation " + generation
                + ", the stream is at " + actualGeneration + ".");
    }
}
