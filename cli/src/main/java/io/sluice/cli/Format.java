package io.sluice.cli;

import picocli.CommandLine.Option;

/** The formats of a result that is not raw. */
final class Format {
    @Option(
            names = "--format",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "text for people, json for programs (default: ${DEFAULT-VALUE}).")
    private Kind kind = Kind.text;

    /** Lower case, because the constants are what users write. */
    enum Kind {
        text,
        json
    }

    boolean isJson() {
        return kind == Kind.json;
    }

    EntryPrinter printer(Output out) {
        return isJson() ? new JsonPrinter(out) : new TextPrinter(out);
    }

    ZkevmPrinter zkevmPrinter(Output out) {
        return isJson() ? new ZkevmJsonPrinter(out) : new ZkevmTextPrinter(out);
    }
}
