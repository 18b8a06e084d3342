package io.sluice.cli;

import io.sluice.core.StreamHeader;

/** Writes a stream's header. */
final class HeaderPrinter {
    private static final int LABEL_WIDTH = 14;

    private HeaderPrinter() {}

    static void text(Output out, StreamHeader header) {
        line(out, "version", Words.unsigned(header.version()));
        line(out, "system id", Words.unsigned(header.systemId()));
        line(out, "stream type", Words.unsigned(header.streamType()));
        line(out, "entries", Words.unsigned(header.totalEntries()));
        line(out, "total length", Words.unsigned(header.totalLength()) + " bytes");
    }

    static void line(Output out, String label, String value) {
        out.put(label).spaces(LABEL_WIDTH - label.length()).line(value);
    }

    /** The members of a JSON object, without its braces. */
    static String jsonMembers(StreamHeader header) {
        return "\"version\":" + header.version()
                + ",\"systemId\":" + Words.unsigned(header.systemId())
                + ",\"streamType\":" + Words.unsigned(header.streamType())
                + ",\"totalEntries\":" + Words.unsigned(header.totalEntries())
                + ",\"totalLength\":" + Words.unsigned(header.totalLength());
    }
}
