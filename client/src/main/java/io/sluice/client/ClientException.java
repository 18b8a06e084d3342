package io.sluice.client;

import io.sluice.core.Result;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The family of errors of a {@link StreamClient} and a {@link StreamFollower}. Each kind has a class of its own, so that a
 * caller can tell apart what it wants to handle.
 *
 * <p>After {@link Refused} a {@code StreamClient} goes on; after every other kind its connection is closed, and each further
 * call throws {@link Closed}. A {@code StreamFollower} throws only what it cannot mend by connecting again, and each further
 * call throws the same; after {@link Interrupted} it can be asked again.
 *
 * <p>A call that does not fit what the client is doing, such as a query while it follows a stream, is an
 * {@link IllegalStateException} instead: nothing was sent then, and the client is as before.
 */
public abstract class ClientException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private ClientException(String message) {
        super(message);
    }

    private ClientException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** There is no connection: the name is not known, nothing listens there, or nobody answered in time. */
    public static final class CannotConnect extends ClientException {
        private static final long serialVersionUID = 1;

        CannotConnect(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The server closed the connection, or the network broke it. */
    public static final class ConnectionLost extends ClientException {
        private static final long serialVersionUID = 1;

        ConnectionLost(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** The server did not answer a command, or did not go on with a range, within {@code replyTimeout}. */
    public static final class TimedOut extends ClientException {
        private static final long serialVersionUID = 1;

        TimedOut(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * The server answered a command with an error result. After results 3, 4 and 5 (entry or bookmark not there) a
     * server keeps the connection for further commands, after others it closes it; older Go servers answer every
     * further command with result 1.
     */
    public static final class Refused extends ClientException {
        private static final long serialVersionUID = 1;

        private final int code;
        private final String text;

        Refused(String message, Result result) {
            super(message);
            this.code = result.code();
            this.text = result.text();
        }

        /** What the server answered: the code has the meaning, the text is for people. */
        public Result result() {
            return new Result(code, text);
        }
    }

    /** The server sent bytes that the protocol does not allow, or entries whose numbers are not consecutive. */
    public static final class ProtocolViolation extends ClientException {
        private static final long serialVersionUID = 1;

        ProtocolViolation(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * The stream is not the one, or not the one any more, that a {@link StreamFollower} has received up to a place: it
     * cannot go on without a gap, a repeat or entries of two histories. What was received has to be undone by the caller,
     * who knows what became of it, as far as the kind tells.
     */
    public abstract static class PlaceLost extends ClientException {
        private static final long serialVersionUID = 1;

        private final long nextNumber;
        private final boolean knowsUnchanged;
        private final long unchangedBefore;

        private PlaceLost(String message, long nextNumber, OptionalLong unchangedBefore) {
            super(message);
            this.nextNumber = nextNumber;
            this.knowsUnchanged = unchangedBefore.isPresent();
            this.unchangedBefore = unchangedBefore.orElse(0);
        }

        /** The number of the entry that was to come next; unsigned. */
        public long nextNumber() {
            return nextNumber;
        }

        /**
         * The server knows the history that was received, and says that every entry before this number (unsigned) is as it
         * was, and the others were removed or may be other ones. Empty when it says nothing: it does not know the extension
         * of the protocol, or not that history.
         */
        public OptionalLong unchangedBefore() {
            return knowsUnchanged ? OptionalLong.of(unchangedBefore) : OptionalLong.empty();
        }
    }

    /** The stream was truncated and grew again, or was rewritten: entries that were received are other ones now. */
    public static final class HistoryDiffers extends PlaceLost {
        private static final long serialVersionUID = 1;

        private final long firstDifference;

        HistoryDiffers(String message, long nextNumber, long firstDifference, OptionalLong unchangedBefore) {
            super(message, nextNumber, unchangedBefore);
            this.firstDifference = firstDifference;
        }

        /**
         * The first entry that is known to be, or cannot be excluded to be, another one; unsigned. Behind a server
         * without the extension of the protocol entries before it can differ too.
         */
        public long firstDifference() {
            return firstDifference;
        }
    }

    /** The stream has fewer entries than were received. */
    public static final class StreamShorter extends PlaceLost {
        private static final long serialVersionUID = 1;

        private final long totalEntries;
        private final boolean perhapsLate;

        StreamShorter(
                String message, long nextNumber, long totalEntries, boolean perhapsLate, OptionalLong unchangedBefore) {
            super(message, nextNumber, unchangedBefore);
            this.totalEntries = totalEntries;
            this.perhapsLate = perhapsLate;
        }

        /** Whether the server may be about to commit what is missing, so that trying again can help. */
        boolean isPerhapsLate() {
            return perhapsLate;
        }

        /** How many it has; unsigned. */
        public long totalEntries() {
            return totalEntries;
        }
    }

    /** Another stream altogether: not even the first entry that was received is there. */
    public static final class OtherStream extends PlaceLost {
        private static final long serialVersionUID = 1;

        OtherStream(String message, long nextNumber) {
            super(message, nextNumber, OptionalLong.empty());
        }
    }

    /** A {@link StreamFollower} did not get further for as long as it was to try; the last failure is the cause. */
    public static final class GaveUp extends ClientException {
        private static final long serialVersionUID = 1;

        GaveUp(String message, ClientException last) {
            super(message, last);
        }
    }

    /** The calling thread was interrupted while it waited for the server; its interrupt status is still set. */
    public static final class Interrupted extends ClientException {
        private static final long serialVersionUID = 1;

        Interrupted(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The client was closed, before the call or during it; or an earlier failure, which is the cause, ended it. */
    public static final class Closed extends ClientException {
        private static final long serialVersionUID = 1;

        Closed(String message) {
            super(message);
        }

        Closed(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
