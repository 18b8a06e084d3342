package io.sluice.cli;

import io.sluice.client.StreamClient;
import io.sluice.core.StreamHeader;
import picocli.CommandLine.Command;

/** Shows a server's header. */
@Command(
        name = "header",
        description = {
            "Show the header of a server's stream.",
            "",
            "It tells version, system id, stream type, how many entries are committed, and how many bytes of the server's"
                    + " stream file are used."
        },
        footer = {"", "Example:  sluice header localhost:6900 --format json"})
final class HeaderCommand extends QueryCommand {
    HeaderCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        try (StreamClient client = server.connect()) {
            StreamHeader header = client.header();
            if (format.isJson()) {
                console.out().line("{" + HeaderPrinter.jsonMembers(header) + "}");
            } else {
                HeaderPrinter.text(console.out(), header);
            }
            return ExitCode.OK;
        }
    }
}
