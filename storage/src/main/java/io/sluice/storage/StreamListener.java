package io.sluice.storage;

/**
 * Hears of changes of what is committed.
 *
 * <p><b>Threading:</b> called by the thread that commits or truncates, in order, while it holds the writer up: hand work
 * over and return.
 */
public interface StreamListener {
    /** Operations were committed; readers may go on up to here. */
    void committed(Committed now);

    /**
     * The stream was truncated to this end, or a committed entry was rewritten (then the end is as before). Whoever read
     * beyond it has entries that the stream does not hold any more. Nothing new is committed before this returns.
     */
    void historyChanged(Committed now);
}
