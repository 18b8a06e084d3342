package io.sluice.cli;

import io.sluice.core.StreamSource;
import io.sluice.core.StreamSourceException;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a zkEVM's stream of blocks. */
@Command(
        name = "import",
        description = {
            "Write blocks of a chain as a zkEVM's stream, into a server or a file.",
            "",
            "The input has a block a line, a JSON object with number, timestamp, hash, parentHash, stateRoot, coinbase, gasLimit"
                    + " and txs: signed transactions in hex digits. It may be packed with gzip. The stream's blocks get"
                    + " numbers of their own: 1, 2, 3 and so on, or those after the latest block of a stream that has some."
                    + " Each is an operation, and the last batch is ended when the import ends.",
            "At a line that is wrong it ends with exit code 2. What was committed before it stays, as after Ctrl-C, and is"
                    + " told: always whole blocks."
        },
        footer = {
            "",
            "Examples:  sluice import samples/blocks.jsonl --to chain.bin",
            "           sluice import mainnet.jsonl.gz --to localhost:6910 --rate 10",
            "           zcat *.gz | sluice import - --to chain.bin --txs-per-block 25"
        })
// The command line parser sets what is not set here.
@SuppressWarnings("NullAway.Init")
final class ImportCommand extends Subcommand {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final SourceConnector connector;

    @Parameters(index = "0", paramLabel = "FILE", description = "The input; - is standard input.")
    private Path file;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "HOST:PORT|FILE",
            converter = Arguments.Location.class,
            description =
                    "The source port of a server, for instance localhost:6910 or [::1]:6910, or a stream file, which"
                            + " is made if it is not there. A file whose name has a colon needs a folder: ./a:b.")
    private StreamLocation to;

    @Option(
            names = "--blocks-per-batch",
            paramLabel = "N",
            defaultValue = "10",
            converter = Arguments.PositiveCount.class,
            description = "How many blocks a batch has (default: ${DEFAULT-VALUE}).")
    private int blocksPerBatch;

    @Option(
            names = "--txs-per-block",
            paramLabel = "N",
            converter = Arguments.PositiveCount.class,
            description =
                    "Cut and join the transactions, in their order, into blocks of N; the last block has what is left,"
                            + " and none has a hash (default: the blocks of the input).")
    private @Nullable Integer transactionsPerBlock;

    @Option(
            names = "--rate",
            paramLabel = "N",
            converter = Arguments.PositiveCount.class,
            description = "Write no more than N blocks a second (default: as fast as it goes).")
    private @Nullable Integer rate;

    @Option(
            names = "--chain-id",
            paramLabel = "N",
            converter = Arguments.UnsignedNumber.class,
            description = "The chain id that batches have (default: that of the first transaction which has one, and 1"
                    + " before it).")
    private @Nullable Long chainId;

    @Option(
            names = "--fork-id",
            paramLabel = "N",
            defaultValue = "12",
            converter = Arguments.UnsignedNumber.class,
            description = "The fork id that batches have (default: ${DEFAULT-VALUE}).")
    private long forkId;

    @Option(
            names = "--system-id",
            paramLabel = "N",
            converter = Arguments.UnsignedNumber.class,
            description = "The system id that a new FILE gets (default: 1) and that another must have (default: any).")
    private @Nullable Long systemId;

    @Option(
            names = "--stream-version",
            paramLabel = "N",
            converter = Arguments.StreamVersion.class,
            description =
                    "The version of the content, 0 to 255, that a new FILE gets (default: 1) and that another must have"
                            + " (default: any).")
    private @Nullable Integer streamVersion;

    @Mixin
    private final SourceAccess access = new SourceAccess();

    @Mixin
    private final Format format = new Format();

    ImportCommand(Console console) {
        this(console, TcpSources.CONNECTOR);
    }

    /** With another way to a source. */
    ImportCommand(Console console, SourceConnector connector) {
        super(console);
        this.connector = connector;
    }

    @Override
    public Integer call() {
        access.check();
        requireMeant();
        WriteNotices notices = new WriteNotices(console, Words.time(access.retry()));
        try (BlockInput input = BlockInput.open(file, console)) {
            console.stop().whenRequested(PATIENCE, () -> {});
            // What is no input at all does not make a file, nor take a stream from anybody.
            if (!input.awaitFirst(console.stop())) {
                throw CommandFailure.interrupted("Interrupted; nothing was written.");
            }
            if (to instanceof StreamLocation.File stream) {
                return write(input, stream.path(), notices);
            }
            try (SourceConnection connection =
                    access.connect(connector, ((StreamLocation.Server) to).address(), 0, notices, console)) {
                return write(input, connection.source(), notices);
            }
        }
    }

    /** Refuses options that the other kind of place has. */
    private void requireMeant() {
        if (to instanceof StreamLocation.File stream) {
            String given = access.given();
            if (given != null) {
                throw CommandFailure.usage(given + " is for HOST:PORT, and " + stream.path() + " is taken for a file");
            }
        } else if (systemId != null || streamVersion != null) {
            throw CommandFailure.usage(
                    (systemId != null ? "--system-id" : "--stream-version") + " is for a FILE; a server has its own");
        }
    }

    private int write(BlockInput input, Path path, WriteNotices notices) {
        LogSetup.quiet();
        DataStreamOptions options = DataStreamOptions.defaults();
        if (systemId != null) {
            options = options.withSystemId(systemId);
        }
        if (streamVersion != null) {
            options = options.withVersion(streamVersion);
        }
        try (DataStream stream = DataStream.open(path, options)) {
            return write(input, stream, notices);
        }
    }

    private int write(BlockInput input, StreamSource source, WriteNotices notices) {
        ChainEnd end = ChainEnd.of(source);
        BlockImporter importer = new BlockImporter(
                source,
                input,
                new BlockCutter(transactionsPerBlock == null ? 0 : transactionsPerBlock),
                end,
                new ChainBuilder(end, blocksPerBatch, forkId, chainId),
                new Pace(rate == null ? 0 : rate, System::nanoTime),
                notices,
                console.stop());
        try {
            return run(importer);
        } finally {
            notices.end();
        }
    }

    private int run(BlockImporter importer) {
        long started = System.nanoTime();
        boolean all = false;
        try {
            all = importer.run();
        } catch (CommandFailure e) {
            importer.leave(true);
            throw e.with(" " + inWords(importer) + ".");
        } catch (StreamSourceException e) {
            importer.leave(false);
            throw failed(e, importer);
        } finally {
            Duration time = Duration.ofNanos(System.nanoTime() - started);
            importer.certain().summarize(console.out(), time, format.isJson());
            console.out().flush();
        }
        if (all) {
            return ExitCode.OK;
        }
        console.complain("Stopped. " + inWords(importer) + ".");
        return ExitCode.INTERRUPTED;
    }

    private static CommandFailure failed(StreamSourceException e, BlockImporter importer) {
        long unknown = importer.unknown();
        String rest = unknown == 0 ? "" : "; " + Words.count(unknown, "block more may be", "blocks more may be");
        return CommandFailure.failed(e.getMessage() + " " + inWords(importer) + rest + ".");
    }

    private static String inWords(BlockImporter importer) {
        ImportTally in = importer.certain();
        return in.blocks() == 0
                ? "Nothing is in"
                : Words.count(in.blocks(), "block is", "blocks are") + " in, of the first "
                        + Words.count(in.lines(), "line", "lines");
    }
}
