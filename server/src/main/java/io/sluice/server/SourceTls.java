package io.sluice.server;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How sources and a {@link SourceServer} show each other who they are: TLS on both sides. All files are PEM.
 *
 * @param certificate the server's certificate, and those between it and its authority
 * @param key the server's private key, PKCS#8, without a password
 * @param clientAuthorities the certificates of the authorities that sign those of sources; a source without one that they
 *     have signed is refused
 */
public record SourceTls(Path certificate, Path key, Path clientAuthorities) {
    /**
     * Reads the files.
     *
     * @throws StreamServerException when one of them cannot be read or used
     */
    SslContext context() {
        for (Path file : new Path[] {certificate, key, clientAuthorities}) {
            if (!Files.isReadable(file)) {
                throw new StreamServerException("Cannot read " + file + ", which TLS for sources needs.", null);
            }
        }
        try {
            return SslContextBuilder.forServer(certificate.toFile(), key.toFile())
                    .sslProvider(SslProvider.JDK)
                    .trustManager(clientAuthorities.toFile())
                    .clientAuth(ClientAuth.REQUIRE)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
        } catch (IOException | RuntimeException e) {
            throw new StreamServerException(
                    "TLS for sources cannot be set up with " + certificate + ", " + key + " and " + clientAuthorities
                            + ", which have to be PEM, the key without a password: " + reason(e),
                    e);
        }
    }

    /** Why a connection did not come about; without what the peer has sent, which can be its token. */
    static String handshakeFailure(Throwable failure) {
        return failure instanceof NotSslRecordException
                ? "it does not speak TLS"
                : "the TLS handshake failed, " + failure.getMessage();
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure.getCause();
        return String.valueOf(cause == null ? failure.getMessage() : cause.getMessage());
    }
}
