package io.sluice.client;

import io.sluice.core.Command;
import io.sluice.core.Result;
import io.sluice.core.StreamMark;
import java.util.OptionalLong;

/**
 * What a client asks of a server with the extension of the protocol (docs/protocol.md, "The extension").
 *
 * <p><b>Threading:</b> the client's thread.
 */
final class Extension {
    private Extension() {}

    /**
     * Asks for marks between the entries of the streams to come.
     *
     * @return how far the stream is committed, and which history it is
     * @throws ClientException.Refused with result 9 when the server does not know that; it closes the connection then
     */
    static StreamMark begin(StreamClient client) {
        return client.ask("extension", new Command.Extend(client.streamType()), ReplyReader::mark);
    }

    /**
     * Asks which entries of an earlier history still stand.
     *
     * @return the number of the first that may be another one by now, 2^64-1 when none is; empty when the server does not
     *     know that generation
     */
    static OptionalLong unchangedBefore(StreamClient client, long generation) {
        try {
            Command question = new Command.Unchanged(client.streamType(), generation);
            return OptionalLong.of(client.ask("unchangedBefore", question, ReplyReader::number));
        } catch (ClientException.Refused e) {
            if (e.result().code() == Result.UNKNOWN_GENERATION.code()) {
                return OptionalLong.empty();
            }
            throw e;
        }
    }

    /** Asks for a mark in the stream that is followed. */
    static void requestMark(StreamClient client) {
        client.sendWhileFollowing(new Command.Mark(client.streamType()));
    }
}
