package io.sluice.cli;

import io.sluice.core.LeaseHolder;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSourceException.LeaseHeld;
import io.sluice.source.SourceListener;
import io.sluice.source.SourceOptions;
import io.sluice.source.TlsFiles;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command becomes the source of a server's stream. */
final class SourceAccess {
    private static final String RETRY = "60s";
    private static final Duration LEAST_RETRY = Duration.ofSeconds(1);

    @Option(
            names = "--stream-type",
            paramLabel = "N",
            converter = Arguments.UnsignedNumber.class,
            description = "Which of the server's streams; 1 is a sequencer's (default: 1).")
    private @Nullable Long streamType;

    @Option(
            names = "--takeover",
            description = "Take the stream over from another source, which can write no more then.")
    private boolean takeOver;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "The file that holds the token which the server wants to see.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--tls-ca",
            paramLabel = "FILE",
            description = "Connect with TLS: who signed the server's certificate (PEM); with --tls-cert and --tls-key.")
    private @Nullable Path authorities;

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "The certificate of this source (PEM).")
    private @Nullable Path certificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "The private key of that certificate (PEM).")
    private @Nullable Path key;

    @Option(
            names = "--retry",
            paramLabel = "TIME",
            converter = Arguments.Time.class,
            description =
                    "How long to try to connect, and to connect again, before it fails; at least 1s (units ms, s, m,"
                            + " h; default: " + RETRY + ").")
    private @Nullable Duration retry;

    /** Which of these options was given; null when none was. */
    @Nullable
    String given() {
        if (takeOver) {
            return "--takeover";
        }
        if (streamType != null) {
            return "--stream-type";
        }
        if (retry != null) {
            return "--retry";
        }
        if (tokenFile != null) {
            return "--token-file";
        }
        return Stream.of(authorities, certificate, key).allMatch(Objects::isNull) ? null : "--tls-…";
    }

    long streamType() {
        return streamType == null ? StreamHeader.SEQUENCER : streamType;
    }

    Duration retry() {
        return retry == null ? new Arguments.Time().convert(RETRY) : retry;
    }

    /** Finds what cannot be meant. */
    void check() {
        if (retry().compareTo(LEAST_RETRY) < 0) {
            throw CommandFailure.usage("--retry is at least 1s, not " + Words.time(retry()));
        }
        long files = Stream.of(authorities, certificate, key)
                .filter(Objects::nonNull)
                .count();
        if (files != 0 && files != 3) {
            throw CommandFailure.usage("--tls-ca, --tls-cert and --tls-key belong together");
        }
    }

    /**
     * Connects, and gets the lease. When the source that has it is not connected, it waits for the end of that lease.
     *
     * @param sourceId what the source calls itself; 0 for whatever
     * @throws io.sluice.core.StreamSourceException when it cannot have it
     */
    SourceConnection connect(
            SourceConnector connector,
            InetSocketAddress server,
            long sourceId,
            SourceListener listener,
            Console console) {
        SourceOptions options = options(sourceId).withListener(listener);
        long deadline = System.nanoTime() + retry().toNanos();
        boolean told = false;
        while (true) {
            try {
                return connector.connect(server, options, takeOver);
            } catch (LeaseHeld e) {
                LeaseHolder holder = e.holder();
                Duration wait = Duration.ofMillis(holder.endsInMillis());
                if (holder.isConnected() || System.nanoTime() + wait.toNanos() - deadline > 0) {
                    throw CommandFailure.failed(e.getMessage() + " --takeover takes it away from there"
                            + (holder.isConnected() ? "." : ", and a longer --retry waits."));
                }
                if (!told) {
                    console.complain(e.getMessage() + " Waiting for that.");
                    told = true;
                }
                if (console.stop().await(wait.plusMillis(1))) {
                    throw CommandFailure.interrupted("Interrupted; nothing was written.");
                }
            }
        }
    }

    private SourceOptions options(long sourceId) {
        SourceOptions options =
                SourceOptions.defaults().withStreamType(streamType()).withTimeout(retry());
        if (sourceId != 0) {
            options = options.withSourceId(sourceId);
        }
        if (tokenFile != null) {
            options = options.withToken(SecretFile.read(tokenFile));
        }
        if (authorities == null || certificate == null || key == null) {
            return options;
        }
        try {
            return options.withTls(TlsFiles.context(authorities, certificate, key));
        } catch (IllegalArgumentException e) {
            throw CommandFailure.failed(String.valueOf(e.getMessage()));
        }
    }
}
