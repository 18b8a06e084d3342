package io.sluice.client;

import io.sluice.core.ProtocolException;
import java.io.EOFException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;

/** What a failure below means to the caller of a client. */
final class Failures {
    private Failures() {}

    /**
     * The exception for it.
     *
     * @param during what the client was about when it happened
     * @param hintIfClosed what may be the reason if the server closed the connection
     */
    static ClientException describe(
            Exception cause, InetSocketAddress server, ClientOptions options, String during, String hintIfClosed) {
        String address = Wording.of(server);
        if (cause instanceof ProtocolException) {
            return new ClientException.ProtocolViolation(
                    address + " broke the protocol " + during + ": " + cause.getMessage(), cause);
        }
        if (cause instanceof SocketTimeoutException) {
            String time = Wording.of(options.replyTimeout());
            return new ClientException.TimedOut(address + " was given up after " + time + ", " + during + ".", cause);
        }
        if (cause instanceof InterruptedIOException) {
            return new ClientException.Interrupted(
                    "Interrupted while waiting for " + address + ", " + during + ".", cause);
        }
        if (cause instanceof EOFException) {
            return new ClientException.ConnectionLost(
                    address + " closed the connection " + during + "." + hintIfClosed, cause);
        }
        return new ClientException.ConnectionLost(
                "The connection to " + address + " broke " + during + ": " + cause.getMessage() + "." + hintIfClosed,
                cause);
    }
}
