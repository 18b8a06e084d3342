package io.sluice.cli;

import io.sluice.client.FollowOptions;
import io.sluice.core.StreamHeader;
import io.sluice.storage.DataStream;
import io.sluice.storage.ReadOnlyStream;
import io.sluice.storage.StreamFileWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Copies a stream to a file of its own. */
@Command(
        name = "snapshot",
        description = {
            "Copy a stream, of a server or from a file, to a stream file.",
            "",
            "The copy has whole operations, all that were committed when it began, also of a stream that is being written."
                    + " Any server can serve it. It has its name when it lies on the disk as a whole; until then it is"
                    + " OUTPUT.partial, which a command that fails or is interrupted takes away.",
            "If the stream is cut or changed meanwhile the command fails, and there is no copy."
        },
        footer = {
            "",
            "Examples:  sluice snapshot localhost:6900 --output backup.bin",
            "           sluice snapshot mainnet.bin --output backup.bin --compress"
        })
// The command line parser sets what is not set here.
@SuppressWarnings("NullAway.Init")
final class SnapshotCommand extends Subcommand {
    /** Time to take the unfinished file away after Ctrl-C. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Mixin
    private final StreamChoice stream = new StreamChoice();

    @Option(names = "--output", paramLabel = "FILE", required = true, description = "The new stream file.")
    private Path output;

    @Option(
            names = "--compress",
            description = "Compress it with zstd, to FILE.zst; zstd -d makes the stream file of it.")
    private boolean compress;

    @Option(names = "--force", description = "Overwrite the file if it is there.")
    private boolean force;

    @Option(
            names = "--give-up-after",
            paramLabel = "TIME",
            defaultValue = "5m",
            converter = Arguments.Time.class,
            description = "How long to try to connect to a server again before it fails (units ms, s, m, h); 0s never"
                    + " tries again (default: ${DEFAULT-VALUE}).")
    private Duration giveUpAfter = FollowOptions.defaults().giveUpAfter();

    SnapshotCommand(Console console) {
        super(console);
    }

    /**
     * What was copied.
     *
     * @param generation of the history that it is of, where that is known
     */
    record Copied(StreamHeader header, OptionalLong generation) {}

    /** Copies entries, and tells what the first page is to say. */
    @FunctionalInterface
    private interface Copy {
        Copied to(StreamFileWriter target) throws IOException;
    }

    @Override
    public Integer call() {
        Path target = compress && !output.toString().endsWith(".zst")
                ? output.resolveSibling(output.getFileName() + ".zst")
                : output;
        console.stop().whenRequested(PATIENCE, () -> {});
        if (stream.location() instanceof StreamLocation.File file) {
            try (ReadOnlyStream source = DataStream.openReadOnly(file.path())) {
                requireOther(file.path(), target);
                return write(target, writer -> copy(source, writer));
            }
        }
        StreamLocation.Server server = (StreamLocation.Server) stream.location();
        ServerStream source = new ServerStream(server.address(), stream.streamType());
        return write(target, writer -> new ServerSnapshot(console, source, giveUpAfter).copy(writer));
    }

    private Copied copy(ReadOnlyStream source, StreamFileWriter target) throws IOException {
        ProgressLine progress = new ProgressLine(console);
        try {
            OptionalLong generation = source.notedGeneration();
            StreamHeader header = source.copyTo(target, (bytes, total) -> {
                requireNoStop(console);
                progress.show(bytes, total);
            });
            return new Copied(header, generation);
        } finally {
            progress.clear();
        }
    }

    private static void requireOther(Path source, Path target) {
        try {
            if (Files.exists(target) && Files.isSameFile(source, target)) {
                throw CommandFailure.usage("--output names the stream file itself");
            }
        } catch (IOException e) {
            throw new OutputException(target.toString(), e);
        }
    }

    static void requireNoStop(Console console) {
        if (console.stop().isRequested()) {
            throw CommandFailure.interrupted("Interrupted; there is no copy.");
        }
    }

    private int write(Path target, Copy copy) {
        long started = System.nanoTime();
        try (SnapshotFile file = SnapshotFile.create(target, compress, force)) {
            StreamFileWriter writer = new StreamFileWriter(file);
            Copied copied = copy.to(writer);
            long bytes = writer.position();
            file.finish(writer.finish(copied.header()));
            Duration time = Duration.ofNanos(System.nanoTime() - started);
            console.out()
                    .line("copied: " + Words.entries(writer.entries()) + ", " + Words.bytes(bytes) + " in "
                            + Words.seconds(time) + " (" + Words.bytes(Words.perSecond(bytes, time)) + "/s)"
                            + (copied.generation().isPresent()
                                    ? ", generation " + copied.generation().getAsLong()
                                    : ""));
            console.out().line("to: " + target + ", " + Words.bytes(file.length()));
            return ExitCode.OK;
        } catch (IOException e) {
            throw CommandFailure.failed("Cannot copy: " + Words.reason(e) + ".");
        }
    }
}
