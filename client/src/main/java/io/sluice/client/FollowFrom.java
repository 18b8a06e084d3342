package io.sluice.client;

import io.sluice.core.Bookmark;

/**
 * Where a {@link StreamFollower} begins.
 *
 * <p><b>Threading:</b> immutable.
 */
public sealed interface FollowFrom {
    /** With this entry, unsigned; the stream's end is a good place to begin, for the entries to come. */
    static FollowFrom entry(long number) {
        return new FromEntry(number);
    }

    /** With the entry of this bookmark. */
    static FollowFrom bookmark(Bookmark bookmark) {
        return new FromBookmark(bookmark);
    }

    /** With what is committed from now on. */
    static FollowFrom latest() {
        return new FromLatest();
    }

    /** Where an earlier follower, perhaps of another process, has stopped; only if the stream still is the one it was. */
    static FollowFrom token(ResumeToken token) {
        return new FromToken(token);
    }

    /** See {@link #entry}. */
    record FromEntry(long number) implements FollowFrom {
        @Override
        public String toString() {
            return "entry " + Wording.unsigned(number);
        }
    }

    /** See {@link #bookmark}. */
    record FromBookmark(Bookmark bookmark) implements FollowFrom {
        @Override
        public String toString() {
            return "bookmark " + bookmark;
        }
    }

    /** See {@link #latest}. */
    record FromLatest() implements FollowFrom {
        @Override
        public String toString() {
            return "the stream's end";
        }
    }

    /** See {@link #token}. */
    record FromToken(ResumeToken token) implements FollowFrom {
        @Override
        public String toString() {
            return "entry " + Wording.unsigned(token.nextNumber()) + ", resumed";
        }
    }
}
