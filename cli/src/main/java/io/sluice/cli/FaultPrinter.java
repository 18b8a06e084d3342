package io.sluice.cli;

import io.sluice.zkevm.Generation;
import io.sluice.zkevm.StreamFault;
import io.sluice.zkevm.StreamSummary;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Prints what a check finds: the first faults one by one, and what it has seen in the end. */
final class FaultPrinter {
    private static final int CODE_WIDTH = 20;

    private final Output out;
    private final boolean json;
    private final long max;
    private final Runnable beforeEach;
    private long count;

    /**
     * @param max so many faults are printed
     * @param beforeEach makes room on a terminal
     */
    FaultPrinter(Output out, boolean json, long max, Runnable beforeEach) {
        this.out = out;
        this.json = json;
        this.max = max;
        this.beforeEach = beforeEach;
    }

    void print(StreamFault fault) {
        count++;
        if (count > max) {
            return;
        }
        beforeEach.run();
        if (json) {
            out.put("{\"kind\":\"fault\",\"entry\":")
                    .putUnsigned(fault.entryNumber())
                    .put(",\"fault\":\"")
                    .put(fault.kind().code())
                    .put("\",\"message\":")
                    .put(Words.json(fault.message()))
                    .put("}\n");
        } else {
            out.line(Words.oneLine(fault.toString()));
        }
        // A long check goes on for minutes after it.
        out.flush();
    }

    void summarize(StreamSummary summary, Duration time) {
        if (json) {
            json(summary, time);
        } else {
            text(summary, time);
        }
    }

    private void text(StreamSummary summary, Duration time) {
        String walked = Words.entries(summary.entries()) + " in " + Words.seconds(time) + " ("
                + Words.grouped(Words.perSecond(summary.entries(), time)) + "/s)";
        out.line((summary.isGood() ? "good: " : "bad: ") + walked);
        summary.generation().ifPresent(generation -> HeaderPrinter.line(out, "generation", name(generation)));
        HeaderPrinter.line(out, "blocks", numbered(summary.blocks(), summary.firstBlock(), summary.lastBlock()));
        if (summary.firstTime().isPresent() && summary.lastTime().isPresent()) {
            HeaderPrinter.line(
                    out,
                    "block times",
                    utc(summary.firstTime().getAsLong()) + " to "
                            + utc(summary.lastTime().getAsLong()));
        }
        HeaderPrinter.line(
                out,
                "batches",
                numbered(summary.batches(), summary.firstBatch(), summary.lastBatch())
                        + (isLastBatchOpen(summary) ? ", the last one is open" : ""));
        HeaderPrinter.line(out, "transactions", Words.grouped(summary.transactions()));
        if (summary.unknownEntries() > 0) {
            HeaderPrinter.line(out, "unknown types", Words.entries(summary.unknownEntries()));
        }
        HeaderPrinter.line(out, "faults", summary.isGood() ? "none" : Words.grouped(summary.faultCount()));
        for (Map.Entry<StreamFault.Kind, Long> kind : summary.faults().entrySet()) {
            String code = kind.getKey().code();
            out.put("  ").put(code).spaces(CODE_WIDTH - code.length()).line(Words.grouped(kind.getValue()));
        }
        if (count > max) {
            out.line("Of the faults the first " + Words.grouped(max) + " are told above; --max-faults tells more.");
        }
    }

    private static String numbered(long count, OptionalLong first, OptionalLong last) {
        String text = Words.grouped(count);
        return first.isPresent() && last.isPresent()
                ? text + ", from " + Words.unsigned(first.getAsLong()) + " to " + Words.unsigned(last.getAsLong())
                : text;
    }

    /** In the fixed layouts nothing tells whether it is. */
    private static boolean isLastBatchOpen(StreamSummary summary) {
        return summary.lastBatchOpen() && summary.generation().equals(Optional.of(Generation.PROTOBUF));
    }

    private static String name(Generation generation) {
        return generation.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A time in ISO 8601; as it is, when no clock will ever show it. */
    private static String utc(long seconds) {
        try {
            return seconds < 0
                    ? Words.unsigned(seconds) + " s"
                    : Instant.ofEpochSecond(seconds).toString();
        } catch (DateTimeException e) {
            return seconds + " s";
        }
    }

    private void json(StreamSummary summary, Duration time) {
        out.put("{\"kind\":\"summary\",\"good\":" + summary.isGood());
        summary.generation().ifPresent(generation -> out.put(",\"generation\":\"" + name(generation) + "\""));
        member("entries", summary.entries());
        member("unknownEntries", summary.unknownEntries());
        member("blocks", summary.blocks());
        summary.firstBlock().ifPresent(number -> member("firstBlock", number));
        summary.lastBlock().ifPresent(number -> member("lastBlock", number));
        summary.firstTime().ifPresent(seconds -> out.put(",\"firstTime\":\"" + utc(seconds) + "\""));
        summary.lastTime().ifPresent(seconds -> out.put(",\"lastTime\":\"" + utc(seconds) + "\""));
        member("batches", summary.batches());
        summary.firstBatch().ifPresent(number -> member("firstBatch", number));
        summary.lastBatch().ifPresent(number -> member("lastBatch", number));
        out.put(",\"lastBatchOpen\":" + isLastBatchOpen(summary));
        member("transactions", summary.transactions());
        member("millis", time.toMillis());
        out.put(",\"faults\":{");
        String separator = "";
        for (Map.Entry<StreamFault.Kind, Long> kind : summary.faults().entrySet()) {
            out.put(separator + "\"" + kind.getKey().code() + "\":").putUnsigned(kind.getValue());
            separator = ",";
        }
        out.put("}}\n");
    }

    private void member(String name, long value) {
        out.put(",\"" + name + "\":").putUnsigned(value);
    }
}
