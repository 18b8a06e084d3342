package io.sluice.storage;

import io.sluice.core.Entry;

/**
 * Sees all entries of a stream file, and where the file is damaged.
 *
 * <p><b>Threading:</b> called by the thread that walks.
 *
 * @see ReadOnlyStream#walk
 */
public interface EntryVisitor {
    /**
     * The next entry. Its number can be any: nobody has looked at it.
     *
     * @param endPosition where the entry ends in the file, in bytes
     * @param entry the visitor's own
     * @return whether to go on
     */
    boolean entry(long endPosition, Entry entry);

    /**
     * Something that is no entry stands in the file; entries up to the end of the page are lost.
     *
     * @param position where it stands, in bytes
     * @param what is wrong, with the position and what would be right
     * @return whether to go on with the next page
     */
    boolean damage(long position, String what);
}
