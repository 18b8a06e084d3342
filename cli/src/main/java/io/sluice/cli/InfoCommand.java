package io.sluice.cli;

import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import io.sluice.storage.DataStream;
import io.sluice.storage.ReadOnlyStream;
import io.sluice.storage.StreamView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows what a stream file holds. */
@Command(
        name = "info",
        description = {
            "Show what a stream file holds.",
            "",
            "That is its header, its size, and its first and last entry. Reads only, so that the file may be one that is"
                    + " being served."
        },
        footer = {"", "Example:  sluice info mainnet.bin"})
// The command line parser sets what is not set here.
@SuppressWarnings("NullAway.Init")
final class InfoCommand extends Subcommand {
    private static final int HEADER_PAGE_LENGTH = 4096;

    @Mixin
    private final Format format = new Format();

    @Parameters(paramLabel = "FILE", description = "The stream file.")
    private Path file;

    InfoCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        try (ReadOnlyStream stream = DataStream.openReadOnly(file)) {
            StreamView view = stream.view();
            StreamHeader header = view.header();
            Entry first = header.totalEntries() == 0 ? null : view.entry(0);
            Entry last = header.totalEntries() == 0 ? null : view.entry(header.totalEntries() - 1);
            if (format.isJson()) {
                json(header, Files.size(file), first, last);
            } else {
                text(header, Files.size(file), first, last);
            }
            return ExitCode.OK;
        } catch (IOException e) {
            throw CommandFailure.failed("Cannot read " + file + ": " + Words.reason(e) + ".");
        }
    }

    /** Pages that hold something: the last one that is begun counts. */
    private static long pages(StreamHeader header) {
        long length = header.totalLength() - HEADER_PAGE_LENGTH;
        return (length + EntryFormat.PAGE_LENGTH - 1) / EntryFormat.PAGE_LENGTH;
    }

    private void text(StreamHeader header, long size, @Nullable Entry first, @Nullable Entry last) {
        Output out = console.out();
        HeaderPrinter.line(out, "file", file.toString());
        HeaderPrinter.line(out, "file size", size + " bytes");
        HeaderPrinter.text(out, header);
        HeaderPrinter.line(out, "pages", Words.grouped(pages(header)) + " of 1 MiB used");
        OptionalLong writer = WriterProcess.of(file);
        if (writer.isPresent()) {
            HeaderPrinter.line(out, "written by", "process " + writer.getAsLong());
        }
        TextPrinter printer = new TextPrinter(out);
        if (first != null && last != null) {
            out.line("first and last entry:");
            printer.print(first);
            printer.print(last);
        }
    }

    private void json(StreamHeader header, long size, @Nullable Entry first, @Nullable Entry last) {
        Output out = console.out();
        out.put("{\"file\":" + Words.json(file.toString()) + ",\"fileSize\":" + size + ","
                + HeaderPrinter.jsonMembers(header) + ",\"pages\":" + pages(header));
        OptionalLong writer = WriterProcess.of(file);
        if (writer.isPresent()) {
            out.put(",\"writtenBy\":").putUnsigned(writer.getAsLong());
        }
        JsonPrinter printer = new JsonPrinter(out);
        if (first != null && last != null) {
            out.put(",\"first\":");
            printer.printObject(first.number(), first.type(), ByteBuffer.wrap(first.data()));
            out.put(",\"last\":");
            printer.printObject(last.number(), last.type(), ByteBuffer.wrap(last.data()));
        }
        out.put("}\n");
    }
}
