package io.sluice.core;

import io.sluice.core.StreamSourceException.BookmarkNotFound;
import io.sluice.core.StreamSourceException.BookmarkRangeReversed;
import io.sluice.core.StreamSourceException.DiskFull;
import io.sluice.core.StreamSourceException.EntryNotFound;
import io.sluice.core.StreamSourceException.EntryTooLarge;
import io.sluice.core.StreamSourceException.Fenced;
import io.sluice.core.StreamSourceException.HistoryChanged;
import io.sluice.core.StreamSourceException.InvalidBookmark;
import io.sluice.core.StreamSourceException.NoOpenOperation;
import io.sluice.core.StreamSourceException.NotInOpenOperation;
import io.sluice.core.StreamSourceException.OperationAlreadyOpen;
import io.sluice.core.StreamSourceException.OperationFailed;
import io.sluice.core.StreamSourceException.OperationPending;
import io.sluice.core.StreamSourceException.Refused;
import io.sluice.core.StreamSourceException.ReservedEntryType;
import io.sluice.core.StreamSourceException.Stopped;
import io.sluice.core.StreamSourceException.UnknownEntryNumber;
import io.sluice.core.StreamSourceException.WrongDataLength;
import io.sluice.core.StreamSourceException.WrongEntryType;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The codes of results that a server gives to sources (docs/protocol.md, "Results of the source protocol"), and the errors
 * that they stand for.
 *
 * <p><b>Threading:</b> stateless.
 */
public final class SourceResult {
    /** The greeting has a version that is not known; the content lists those that are, as u32. */
    public static final int UNKNOWN_VERSION = 100;

    /** The greeting has another token than the server wants. */
    public static final int BAD_CREDENTIALS = 101;

    /** Another source has the lease; the content is a {@link LeaseHolder}. */
    public static final int LEASE_HELD = 102;

    /** Another source got the lease that this one had. */
    public static final int FENCED = 103;

    /** The bytes cannot be a message, or not now; the connection ends. */
    public static final int BAD_MESSAGE = 104;

    /** The server has no stream of this type for sources. */
    public static final int UNKNOWN_STREAM = 105;

    /** The numbers of an operation are not the stream's next ones. */
    public static final int WRONG_NUMBER = 106;

    /** The entries that arrived have another checksum than the commit says. */
    public static final int WRONG_CHECKSUM = 107;

    /** The history changed between two pages. */
    public static final int HISTORY_CHANGED = 108;

    /** The operation, or the request, failed for a reason of the server's. */
    public static final int FAILED = 131;

    private static final Map<Integer, Function<String, StreamSourceException>> ERRORS = Map.ofEntries(
            Map.entry(UNKNOWN_VERSION, Refused::new),
            Map.entry(BAD_CREDENTIALS, Refused::new),
            Map.entry(FENCED, Fenced::new),
            Map.entry(BAD_MESSAGE, Refused::new),
            Map.entry(UNKNOWN_STREAM, Refused::new),
            Map.entry(WRONG_NUMBER, OperationFailed::new),
            Map.entry(WRONG_CHECKSUM, OperationFailed::new),
            Map.entry(HISTORY_CHANGED, HistoryChanged::new),
            Map.entry(110, NoOpenOperation::told),
            Map.entry(111, OperationAlreadyOpen::new),
            Map.entry(112, OperationPending::told),
            Map.entry(113, UnknownEntryNumber::new),
            Map.entry(114, NotInOpenOperation::new),
            Map.entry(115, WrongEntryType::new),
            Map.entry(116, WrongDataLength::new),
            Map.entry(117, ReservedEntryType::new),
            Map.entry(118, InvalidBookmark::new),
            Map.entry(119, EntryTooLarge::new),
            Map.entry(120, EntryNotFound::new),
            Map.entry(121, BookmarkNotFound::new),
            Map.entry(122, BookmarkRangeReversed::new),
            Map.entry(130, DiskFull::new),
            Map.entry(131, OperationFailed::new),
            Map.entry(132, Stopped::new));

    private static final Pattern NOT_PRINTABLE = Pattern.compile("[^\\x20-\\x7e]");

    private static final Map<Class<?>, Integer> CODES = Map.ofEntries(
            Map.entry(Fenced.class, FENCED),
            Map.entry(HistoryChanged.class, HISTORY_CHANGED),
            Map.entry(NoOpenOperation.class, 110),
            Map.entry(OperationAlreadyOpen.class, 111),
            Map.entry(OperationPending.class, 112),
            Map.entry(UnknownEntryNumber.class, 113),
            Map.entry(NotInOpenOperation.class, 114),
            Map.entry(WrongEntryType.class, 115),
            Map.entry(WrongDataLength.class, 116),
            Map.entry(ReservedEntryType.class, 117),
            Map.entry(InvalidBookmark.class, 118),
            Map.entry(EntryTooLarge.class, 119),
            Map.entry(EntryNotFound.class, 120),
            Map.entry(BookmarkNotFound.class, 121),
            Map.entry(BookmarkRangeReversed.class, 122),
            Map.entry(DiskFull.class, 130),
            Map.entry(OperationFailed.class, 131),
            Map.entry(Stopped.class, 132));

    private SourceResult() {}

    /** A result with this code and text; what is not ASCII becomes "?", and what does not fit into a text is left out. */
    public static Result of(int code, String text) {
        String ascii = NOT_PRINTABLE.matcher(text).replaceAll("?");
        return new Result(code, ascii.substring(0, Math.min(ascii.length(), Result.MAX_TEXT_LENGTH)));
    }

    /** The result that stands for an error. */
    public static Result of(StreamSourceException error) {
        return of(CODES.getOrDefault(error.getClass(), FAILED), String.valueOf(error.getMessage()));
    }

    /** The error that a result stands for; not for OK, and not for {@link #LEASE_HELD}. */
    public static StreamSourceException error(Result result) {
        return ERRORS.getOrDefault(
                        result.code(),
                        text -> new Refused("The server answered with result " + Integer.toUnsignedString(result.code())
                                + ", " + text))
                .apply(result.text());
    }
}
