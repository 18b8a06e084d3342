package io.sluice.client;

import io.sluice.client.ClientException.HistoryDiffers;
import io.sluice.client.ClientException.OtherStream;
import io.sluice.client.ClientException.PlaceLost;
import io.sluice.client.ClientException.StreamShorter;
import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.Result;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamMark;
import java.net.InetSocketAddress;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings a new connection to the place where a follower is, and finds out whether the stream there is still the one that
 * it has received: by the generation, from servers that tell it, and by the last entries, which are received once more and
 * compared.
 *
 * <p><b>Threading:</b> the thread that follows.
 */
final class Joining {
    /** Nothing is known to have changed: 2^64-1, as a server says that. */
    private static final long UNKNOWN = -1;

    /**
     * After so many the connection is made once without asking: perhaps the server closes instead of answering that it does
     * not know the question. All but the first count only when it has answered another question just before: a server, or
     * what stands before it, that closes each connection for a while may know the extension when it is back.
     */
    private static final int MAX_LOST_IN_PROBE = 2;

    private final InetSocketAddress server;
    private final FollowOptions options;
    private final Place place;
    private final Consumer<StreamClient> opening;

    /** The server has said that it does not know the extension: it is not asked again, unless another one has told marks. */
    private boolean withoutExtension;

    /** How often in a row the connection was lost when the server was asked for the extension. */
    private int lostInProbe;

    private boolean hasJoined;

    /** @param opening is given each connection before it is made, so that it can be closed by another thread */
    Joining(InetSocketAddress server, FollowOptions options, Place place, Consumer<StreamClient> opening) {
        this.server = server;
        this.options = options;
        this.place = place;
        this.opening = opening;
    }

    /**
     * A connection on which the stream comes from the follower's place on.
     *
     * @param header the server's, from before
     * @param marked whether the server knows the extension
     * @param last the last entry that the header counted, if that tells what is whole and it comes again; else null
     */
    record Joined(
            StreamClient client,
            EntrySequence entries,
            StreamHeader header,
            boolean marked,
            @Nullable Entry last) {}

    /**
     * Makes the connection.
     *
     * @param comparing is called before the last entries are compared
     * @throws PlaceLost when the stream is not the one that was received
     * @throws ClientException otherwise, when trying again may help
     */
    Joined join(Runnable comparing) {
        // What told the generation stood at this address too, or will: only with the extension it says what has
        // changed.
        withoutExtension &= place.generation().isEmpty();
        StreamClient client = connect();
        try {
            StreamMark mark = null;
            while (mark == null && !withoutExtension && lostInProbe < MAX_LOST_IN_PROBE) {
                if (lostInProbe > 0) {
                    client.header();
                }
                mark = extend(client);
                if (mark == null) {
                    client.close();
                    client = connect();
                }
            }
            lostInProbe = 0;
            StreamHeader header = client.header();
            place.resolve(header.totalEntries());
            Entry last = mark == null && options.wholeOperations() ? lastOf(client, header) : null;
            EntrySequence entries = start(client, header, mark, comparing);
            hasJoined = true;
            return new Joined(client, entries, header, mark != null, last);
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /** By it is known whether what comes is still what the header counted. */
    private @Nullable Entry lastOf(StreamClient client, StreamHeader header) {
        if (place.bookmark() == null && Long.compareUnsigned(header.totalEntries(), place.next()) <= 0) {
            return null;
        }
        return client.entry(header.totalEntries() - 1)
                .orElseThrow(() -> new ClientException.ConnectionLost(
                        Wording.of(server) + " became shorter while it was joined.", null));
    }

    private StreamClient connect() {
        return StreamClient.connect(server, options.client(), opening);
    }

    /** Null when the server does not know the extension, or may not know it. */
    private @Nullable StreamMark extend(StreamClient client) {
        try {
            return Extension.begin(client);
        } catch (ClientException.Refused e) {
            if (e.result().code() == Result.INVALID_COMMAND.code()) {
                withoutExtension = true;
                return null;
            }
            throw e;
        } catch (ClientException.TimedOut e) {
            lostInProbe++;
            throw e;
        } catch (ClientException.ConnectionLost e) {
            lostInProbe++;
            if (hasJoined && lostInProbe < MAX_LOST_IN_PROBE) {
                throw e;
            }
            // Nobody tries again when the first connection fails, so that it has to be found out here and now.
            return null;
        }
    }

    private EntrySequence start(
            StreamClient client, StreamHeader header, @Nullable StreamMark mark, Runnable comparing) {
        Bookmark bookmark = place.bookmark();
        if (bookmark != null) {
            EntrySequence entries = following(EntrySequence.from(bookmark, place.window()), mark);
            client.follow(bookmark, entries);
            place.compared(generation(mark), header);
            return entries;
        }
        boolean received = place.hasReceived();
        if (received && Long.compareUnsigned(header.totalEntries(), place.next()) < 0) {
            throw shorter(client, header, mark);
        }
        long changed = received && mark != null && place.generation().isPresent()
                ? firstChanged(client, header, mark, place.generation().getAsLong())
                : UNKNOWN;
        int count = place.windowCount();
        StreamMark last = mark;
        if (count > 0) {
            comparing.run();
            last = compare(client, header, mark, changed);
        }
        EntrySequence entries = following(EntrySequence.after(place.window()), last);
        if (count > 0) {
            client.goOnWith(entries);
        } else {
            client.follow(place.next(), entries);
        }
        place.compared(generation(mark), header);
        return entries;
    }

    /** With marks, if the server has sent one; it says what may be taken before the next one comes. */
    private EntrySequence following(EntrySequence entries, @Nullable StreamMark last) {
        return last == null ? entries : entries.marked(last, options.wholeOperations());
    }

    private static OptionalLong generation(@Nullable StreamMark mark) {
        return mark == null ? OptionalLong.empty() : OptionalLong.of(mark.generation());
    }

    /**
     * The first entry that may have changed since that generation, as far as the server knows. Throws when that is before
     * the entries that can be compared.
     */
    private long firstChanged(StreamClient client, StreamHeader header, StreamMark mark, long generation) {
        long first = unchangedBefore(client, mark, generation).orElse(UNKNOWN);
        if (Long.compareUnsigned(first, place.next() - place.windowCount()) < 0) {
            throw new HistoryDiffers(
                    Wording.of(server) + " has another history: it was truncated or rewritten from entry "
                            + Wording.unsigned(first) + " on since " + receivedInWords() + " were received. It has "
                            + Wording.unsigned(header.totalEntries()) + " entries now.",
                    place.next(),
                    first,
                    OptionalLong.of(first));
        }
        return first;
    }

    /** Empty when nothing is known; a server that does not know the generation may be another one, or a relay. */
    private static OptionalLong unchangedBefore(StreamClient client, StreamMark mark, long generation) {
        return mark.generation() == generation ? OptionalLong.empty() : Extension.unchangedBefore(client, generation);
    }

    /**
     * Receives the last entries once more, and compares them. The client is at the place then.
     *
     * @return the last mark that came
     */
    private @Nullable StreamMark compare(
            StreamClient client, StreamHeader header, @Nullable StreamMark mark, long changed) {
        int count = place.windowCount();
        Window gathered = new Window(place.next() - count);
        EntrySequence entries = EntrySequence.after(gathered);
        if (mark != null) {
            // It ends at the place, however far operations are whole.
            entries.marked(null, false);
        }
        entries.endAt(place.next());
        try {
            client.follow(gathered.next(), entries);
        } catch (ClientException.Refused e) {
            throw new ClientException.ConnectionLost(
                    Wording.of(server) + " became shorter while it was compared: " + e.getMessage(), e);
        }
        long deadline = Connection.deadlineIn(options.client().replyTimeout());
        while (!entries.isComplete()) {
            EntryBatch batch = client.next(deadline);
            if (batch != null) {
                gathered.add(batch);
                deadline = Connection.deadlineIn(options.client().replyTimeout());
            } else if (Connection.hasPassed(deadline)) {
                throw new ClientException.TimedOut(
                        Wording.of(server) + " did not send " + entries.due() + " again within "
                                + Wording.of(options.client().replyTimeout()) + ".",
                        null);
            }
        }
        StreamMark last = entries.mark();
        if (mark != null && (last == null || last.generation() != mark.generation())) {
            throw new ClientException.ConnectionLost(
                    Wording.of(server) + " changed its history while it was compared.", null);
        }
        long difference = place.firstDifference(gathered);
        if (difference != place.next()) {
            throw differs(difference, count, changed, header);
        }
        return last;
    }

    private PlaceLost shorter(StreamClient client, StreamHeader header, @Nullable StreamMark mark) {
        PlaceLost other = otherStream(header);
        if (other != null) {
            return other;
        }
        boolean marked = mark != null;
        OptionalLong unchanged = mark != null && place.generation().isPresent()
                ? unchangedBefore(client, mark, place.generation().getAsLong())
                : OptionalLong.empty();
        // Servers without marks send one entry beyond the committed end sometimes, as a plain follower hands it out.
        boolean perhapsLate = !marked && !options.wholeOperations() && header.totalEntries() == place.next() - 1;
        return new StreamShorter(
                Wording.of(server) + " has only " + Wording.unsigned(header.totalEntries()) + " entries, but "
                        + receivedInWords() + " were received: the stream became shorter.",
                place.next(),
                header.totalEntries(),
                perhapsLate,
                unchanged);
    }

    private PlaceLost differs(long difference, int count, long changed, StreamHeader header) {
        PlaceLost other = otherStream(header);
        if (other != null) {
            return other;
        }
        long windowStart = place.next() - count;
        String what;
        long first = difference;
        if (place.knowsEntries()) {
            what = "entry " + Wording.unsigned(difference) + " is another one now"
                    + (difference == windowStart ? ", and perhaps others before it are" : "");
        } else if (changed != UNKNOWN) {
            first = changed;
            what = "it was truncated or rewritten from entry " + Wording.unsigned(changed) + " on";
        } else {
            what = "of the entries " + Wording.unsigned(windowStart) + " to " + Wording.unsigned(place.next() - 1)
                    + " at least one is another now, and perhaps others before them are";
        }
        return new HistoryDiffers(
                Wording.of(server) + " has another history: " + what + ", since " + receivedInWords()
                        + " were received.",
                place.next(),
                first,
                changed == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(changed));
    }

    /** Asks for the first entry that was received; null when it is there, or cannot be asked for. */
    private @Nullable PlaceLost otherStream(StreamHeader header) {
        Origin origin = place.origin();
        if (origin == null || Long.compareUnsigned(header.totalEntries(), origin.number()) <= 0) {
            // A stream that is shorter, or was only just begun, tells nothing.
            return null;
        }
        try (StreamClient client = connect()) {
            boolean same = client.entry(origin.number())
                    .filter(entry -> Window.fingerprint(entry) == origin.fingerprint())
                    .isPresent();
            if (same) {
                return null;
            }
        } catch (ClientException.Interrupted e) {
            throw e;
        } catch (ClientException e) {
            // That it differs is known; how much it does would only have made the error clearer.
            return null;
        }
        String hint = place.hasOtherSystemId(header)
                ? ", and its system id is " + Wording.unsigned(header.systemId()) + ", not "
                        + Wording.unsigned(place.systemId())
                : "";
        return new OtherStream(
                Wording.of(server) + " has another stream: not even entry " + Wording.unsigned(origin.number())
                        + ", the first that was received, is there" + hint + ". It has "
                        + Wording.unsigned(header.totalEntries()) + " entries; " + receivedInWords()
                        + " were received.",
                place.next());
    }

    private String receivedInWords() {
        return "the entries up to " + Wording.unsigned(place.next() - 1);
    }
}
