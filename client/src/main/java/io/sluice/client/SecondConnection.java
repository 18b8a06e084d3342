package io.sluice.client;

import io.sluice.core.Entry;
import io.sluice.core.StreamHeader;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks a server that knows no marks what it has committed, beside the connection that follows. It is made when it is
 * needed.
 *
 * <p><b>Threading:</b> the thread that follows; any thread may close.
 */
final class SecondConnection implements AutoCloseable {
    private final InetSocketAddress server;
    private final ClientOptions options;

    /** Written by the thread that follows. */
    private volatile @Nullable StreamClient client;

    private volatile boolean closed;

    SecondConnection(InetSocketAddress server, ClientOptions options) {
        this.server = server;
        this.options = options;
    }

    StreamHeader header() {
        return ask(StreamClient::header);
    }

    /** The entry of this number, if there is one. */
    Optional<Entry> entry(long number) {
        return ask(asked -> asked.entry(number));
    }

    /** Whether the stream has this entry, exactly as it is. */
    boolean has(Entry entry) {
        return ask(asked -> asked.entry(entry.number()).filter(entry::equals).isPresent());
    }

    /** A connection that was idle may have been closed by the server meanwhile; then it is made again, once. */
    private <T> T ask(Question<T> question) {
        StreamClient open = client;
        if (open != null) {
            try {
                return question.ask(open);
            } catch (ClientException.ConnectionLost | ClientException.Closed e) {
                open.close();
            }
        }
        StreamClient next = StreamClient.connect(server, options, this::opened);
        return question.ask(next);
    }

    private void opened(StreamClient next) {
        client = next;
        if (closed) {
            next.close();
        }
    }

    /** Lets go of the connection until it is needed again. */
    void release() {
        StreamClient open = client;
        client = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        StreamClient open = client;
        if (open != null) {
            open.close();
        }
    }

    private interface Question<T> {
        T ask(StreamClient client);
    }
}
