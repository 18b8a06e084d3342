package io.sluice.server;

import io.sluice.core.Bookmark;
import io.sluice.core.Command;
import io.sluice.core.Entry;
import io.sluice.core.Result;
import io.sluice.storage.Committed;
import io.sluice.storage.HistoryChangedException;
import io.sluice.storage.StreamView;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What commands ask of a stream. Each answer is of one history: when the stream is truncated or rewritten in the middle,
 * it is looked up again.
 *
 * <p><b>Threading:</b> stateless; may wait for the disk, so not on an event loop.
 */
final class Lookups {
    private Lookups() {}

    /** @param promised up to where entries may be waited for that are not there yet; a relay's upstream has them */
    static StartPoint start(StreamView view, long number, long promised) {
        return ofOneHistory(view, now -> {
            if (Long.compareUnsigned(number, now.entries()) > 0) {
                return Long.compareUnsigned(number, promised) > 0
                        ? StartPoint.none(Result.BAD_FROM_ENTRY)
                        : StartPoint.later(number, now);
            }
            return StartPoint.stream(view.positionOf(number, now), now);
        });
    }

    static StartPoint start(StreamView view, Bookmark bookmark) {
        return ofOneHistory(view, before -> {
            OptionalLong number = view.bookmark(bookmark);
            if (number.isEmpty()) {
                return StartPoint.none(Result.BAD_FROM_BOOKMARK);
            }
            // The bookmark's entry may have been committed after the first look.
            Committed now = view.committed();
            if (now.generation() != before.generation()) {
                return StartPoint.none(Result.BAD_FROM_BOOKMARK);
            }
            return StartPoint.stream(view.positionOf(number.getAsLong(), now), now);
        });
    }

    static StartPoint range(StreamView view, Command.RangeBookmark command) {
        return ofOneHistory(view, before -> {
            OptionalLong from = view.bookmark(command.fromBookmark());
            if (from.isEmpty()) {
                return StartPoint.none(Result.BAD_FROM_BOOKMARK);
            }
            OptionalLong to = view.bookmark(command.toBookmark());
            if (to.isEmpty()) {
                return StartPoint.none(Result.BAD_TO_BOOKMARK);
            }
            if (from.getAsLong() > to.getAsLong()) {
                return StartPoint.none(Result.BAD_FROM_BOOKMARK);
            }
            Committed now = view.committed();
            if (now.generation() != before.generation()) {
                return StartPoint.none(Result.BAD_FROM_BOOKMARK);
            }
            return StartPoint.range(
                    view.positionOf(from.getAsLong(), now),
                    view.positionOf(to.getAsLong() + 1, now),
                    to.getAsLong(),
                    now);
        });
    }

    static @Nullable Entry firstAfter(StreamView view, Bookmark bookmark) {
        return ofOneHistory(view, now -> {
            OptionalLong number = view.bookmark(bookmark);
            return number.isEmpty() ? null : view.firstEventFrom(number.getAsLong());
        });
    }

    /** What a lookup gives when it sees another history than before does not matter: it is looked up again. */
    private static <T extends @Nullable Object> T ofOneHistory(StreamView view, Function<Committed, T> lookup) {
        while (true) {
            Committed now = view.committed();
            try {
                T found = lookup.apply(now);
                if (view.committed().generation() == now.generation()) {
                    return found;
                }
            } catch (HistoryChangedException e) {
                // Once more, in the history of now.
                Thread.onSpinWait();
            }
        }
    }
}
