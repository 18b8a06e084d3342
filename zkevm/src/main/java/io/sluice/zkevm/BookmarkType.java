package io.sluice.zkevm;

/**
 * What a bookmark names. A value that is not known here is kept.
 *
 * @param code the value in the message. The fixed layouts have other values, and are given these.
 */
public record BookmarkType(int code) {
    /** The message does not say. */
    public static final BookmarkType UNSPECIFIED = new BookmarkType(0);

    /** A batch: the entry after it is its {@link BatchStart}. */
    public static final BookmarkType BATCH = new BookmarkType(1);

    /** A block: the entry after it is its {@link L2Block}. */
    public static final BookmarkType L2_BLOCK = new BookmarkType(2);

    @Override
    public String toString() {
        return switch (code) {
            case 0 -> "UNSPECIFIED";
            case 1 -> "BATCH";
            case 2 -> "L2_BLOCK";
            default -> Integer.toString(code);
        };
    }
}
