package io.sluice.cli;

import io.sluice.server.SourceServer;
import io.sluice.server.SourceServerOptions;
import io.sluice.server.SourceTls;
import io.sluice.storage.DataStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether, and how, sources in other processes may write the streams of a server. */
final class SourcePortChoice {
    @Option(
            names = "--source-port",
            paramLabel = "N",
            converter = Arguments.Port.class,
            description = "The TCP port where a source in another process may write the streams; 0 picks a free one"
                    + " (default: none).")
    private @Nullable Integer port;

    @Option(
            names = "--source-bind",
            paramLabel = "ADDRESS",
            converter = Arguments.BindAddress.class,
            description =
                    "The address of the source port (default: 127.0.0.1). Others than this computer's own want a token"
                            + " or TLS.")
    private @Nullable InetAddress bind;

    @Option(
            names = "--source-lease",
            paramLabel = "TIME",
            converter = Arguments.Time.class,
            description =
                    "How long a source may be silent before another one can have its stream, 100ms to 1h (default: 10s).")
    private @Nullable Duration lease;

    @Option(
            names = "--source-token-file",
            paramLabel = "FILE",
            description = "A file with the token that sources must know (default: none).")
    private @Nullable Path tokenFile;

    @Option(
            names = "--source-tls-cert",
            paramLabel = "FILE",
            description =
                    "TLS for sources: this server's certificate (PEM); with --source-tls-key and --source-tls-clients.")
    private @Nullable Path certificate;

    @Option(names = "--source-tls-key", paramLabel = "FILE", description = "The private key of that certificate (PEM).")
    private @Nullable Path key;

    @Option(
            names = "--source-tls-clients",
            paramLabel = "FILE",
            description = "Who signed the certificates of the sources that may write (PEM).")
    private @Nullable Path clientAuthorities;

    /** Finds what cannot be meant, before anything is opened. */
    void check() {
        Map<String, @Nullable Object> others = new LinkedHashMap<>();
        others.put("--source-bind", bind);
        others.put("--source-lease", lease);
        others.put("--source-token-file", tokenFile);
        others.put("--source-tls-cert", certificate);
        others.put("--source-tls-key", key);
        others.put("--source-tls-clients", clientAuthorities);
        if (port == null) {
            others.forEach((name, value) -> {
                if (value != null) {
                    throw CommandFailure.usage(name + " is about the source port: say --source-port too");
                }
            });
        }
        long files = Stream.of(certificate, key, clientAuthorities)
                .filter(Objects::nonNull)
                .count();
        if (files != 0 && files != 3) {
            throw CommandFailure.usage("--source-tls-cert, --source-tls-key and --source-tls-clients belong together");
        }
        if (bind != null && !bind.isLoopbackAddress() && tokenFile == null && files == 0) {
            throw CommandFailure.usage("At " + bind.getHostAddress()
                    + " whoever reaches the source port could write: it" + " wants --source-token-file, or TLS");
        }
        try {
            withLease(SourceServerOptions.defaults());
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("--source-lease is 100ms to 1h");
        }
    }

    private SourceServerOptions withLease(SourceServerOptions options) {
        return lease == null ? options : options.withLeaseTime(lease);
    }

    /** Starts to let sources in; null when there is no source port. */
    @Nullable
    SourceServer start(Map<Long, DataStream> streams) {
        if (port == null) {
            return null;
        }
        SourceServerOptions options = withLease(SourceServerOptions.defaults()).withPort(port);
        if (bind != null) {
            options = options.withBindAddress(bind);
        }
        if (tokenFile != null) {
            options = options.withToken(SecretFile.read(tokenFile));
        }
        if (certificate != null && key != null && clientAuthorities != null) {
            options = options.withTls(new SourceTls(certificate, key, clientAuthorities));
        }
        return SourceServer.start(options, streams);
    }
}
