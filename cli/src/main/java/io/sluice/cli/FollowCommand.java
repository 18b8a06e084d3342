package io.sluice.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows a stream as it grows. */
@Command(
        name = "follow",
        description = {
            "Receive a stream from a server, or read one from its file, and go on as it grows.",
            "",
            "What is there comes first, then each operation as it is committed. A connection that is lost is made again, and"
                    + " it goes on where it was. Ends at --until, with Ctrl-C, or when the stream is not the same one any"
                    + " more or the server stays away (exit code 1). When its output is a pipe that was closed, it ends"
                    + " with the next entry.",
            "With --resume it goes on where it was when it ended, so that the same command line can be used at each start.",
            "A file may be one that another process writes. It is looked at some times a second."
        },
        footer = {
            "",
            "Examples:  sluice follow localhost:6900",
            "           sluice follow localhost:6900 --from latest --format json",
            "           sluice follow localhost:6900 --decode",
            "           sluice follow mainnet.bin --decode --format json --until end",
            "           sluice follow localhost:6900 --until end --count",
            "           sluice follow localhost:6900 --format raw --output stream.raw",
            "           sluice follow localhost:6900 --format json --output stream.json --resume stream.place"
        })
final class FollowCommand extends Subcommand {
    @Mixin
    private final StreamChoice stream = new StreamChoice();

    @Mixin
    private final FollowChoice choice = new FollowChoice();

    FollowCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        choice.check();
        if (stream.location() instanceof StreamLocation.File file) {
            choice.checkFile(file.path());
            return new FileFollow(console, choice, file.path()).run();
        }
        StreamLocation.Server server = (StreamLocation.Server) stream.location();
        return new ServerFollow(console, choice, new ServerStream(server.address(), stream.streamType())).run();
    }
}
