package io.sluice.cli;

import io.sluice.core.StreamHeader;
import io.sluice.storage.DataStream;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.RepairPlan;
import io.sluice.storage.StreamRepair;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Cuts a damaged stream file back to what is whole. */
@Command(
        name = "repair",
        description = {
            "Repair a damaged stream file.",
            "",
            "Walks over it, says what is wrong and what can be done, and changes nothing: exit code 0 when the file is good,"
                    + " 1 when there is something to do. With --yes it does it: the stream then ends with the last whole"
                    + " operation before the first fault, or with the last whole entry where nobody knows where operations"
                    + " end. What goes is kept first, byte by byte, in files of their own beside it: FILE.removed-P-Q has"
                    + " what stood from position P to Q.",
            "",
            "What goes is lost to the stream. Where another copy of it is, or a server that has it, take it from there"
                    + " rather. No server may have the file open.",
            "",
            "A header that cannot be read is written anew. Its fields are nowhere else, so they have to be given."
        },
        footer = {
            "",
            "Examples:  sluice repair mainnet.bin",
            "           sluice repair mainnet.bin --yes",
            "           sluice repair mainnet.bin --system-id 1101 --stream-type 1 --stream-version 3 --yes"
        })
// The command line parser sets what is not set here.
@SuppressWarnings("NullAway.Init")
final class RepairCommand extends Subcommand {
    /** What has begun is brought to its end, even after Ctrl-C. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Parameters(paramLabel = "FILE", description = "The stream file.")
    private Path file;

    @Option(names = "--yes", description = "Do it. Without this nothing is changed.")
    private boolean yes;

    @Option(
            names = "--system-id",
            paramLabel = "N",
            converter = Arguments.UnsignedNumber.class,
            description = "The stream's system id, for a header that cannot be read.")
    private @Nullable Long systemId;

    @Option(
            names = "--stream-type",
            paramLabel = "N",
            converter = Arguments.UnsignedNumber.class,
            description = "The stream's type, for a header that cannot be read; 1 is a sequencer's.")
    private @Nullable Long streamType;

    @Option(
            names = "--stream-version",
            paramLabel = "N",
            converter = Arguments.StreamVersion.class,
            description = "The version of the content, 0 to 255, for a header that cannot be read.")
    private @Nullable Integer streamVersion;

    RepairCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        LogSetup.quiet();
        ProgressLine progress = new ProgressLine(console);
        try (StreamRepair repair = StreamRepair.open(file, fields(), progress::show)) {
            progress.clear();
            RepairPlan plan = repair.plan();
            if (plan.isGood()) {
                console.out()
                        .line("good: " + Words.entries(plan.repaired().totalEntries())
                                + ", there is nothing to repair");
                return ExitCode.OK;
            }
            tell(plan);
            if (!yes) {
                console.out().line("Nothing was changed; --yes does this.");
                return ExitCode.FAILED;
            }
            console.stop().whenRequested(PATIENCE, () -> {});
            repair.apply();
        } finally {
            progress.clear();
        }
        finish();
        return ExitCode.OK;
    }

    private DataStreamOptions fields() {
        DataStreamOptions fields = DataStreamOptions.defaults();
        fields = systemId == null ? fields : fields.withSystemId(systemId);
        fields = streamType == null ? fields : fields.withStreamType(streamType);
        return streamVersion == null ? fields : fields.withVersion(streamVersion);
    }

    private void tell(RepairPlan plan) {
        for (String fault : plan.faults()) {
            console.complain(file + ": " + fault + ".");
        }
        Output out = console.out();
        StreamHeader header = plan.repaired();
        String end = switch (plan.end()) {
            case UNCHANGED -> ", and nothing of them goes";
            case OPERATION -> ", up to the end of an operation";
            case ENTRY -> ", up to the end of an entry: nobody knows whether an operation ends there";
        };
        out.line(file + " has " + Words.entries(header.totalEntries()) + " in " + header.totalLength() + " bytes then"
                + end + ".");
        if (plan.found().isEmpty()) {
            out.line("Its header is written anew: version " + header.version() + ", system id "
                    + Words.unsigned(header.systemId()) + ", stream type " + Words.unsigned(header.streamType()) + ".");
        }
        for (RepairPlan.Kept kept : plan.kept()) {
            out.line("What stands from position " + kept.position() + " to " + kept.endPosition() + " ("
                    + Words.bytes(kept.length()) + ") is kept in " + kept.file() + ".");
        }
        out.flush();
    }

    /** The index, the checksums and the generations follow at an opening. */
    private void finish() {
        try (DataStream stream = DataStream.open(file)) {
            console.out()
                    .line("Done: " + file + " has "
                            + Words.entries(stream.getHeader().totalEntries()) + ".");
        }
    }
}
