package io.sluice.client;

import io.sluice.core.Command;
import io.sluice.core.Result;
import java.net.InetSocketAddress;
import java.time.Duration;

/** How addresses, commands, results and times are written in error messages. */
final class Wording {
    private Wording() {}

    static String of(InetSocketAddress address) {
        String host = address.getHostString();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    static String of(Command command) {
        if (command instanceof Command.Start start) {
            return "Start from entry " + unsigned(start.fromEntryNumber());
        }
        if (command instanceof Command.StartBookmark start) {
            return "StartBookmark " + start.fromBookmark();
        }
        if (command instanceof Command.Entry entry) {
            return "Entry " + unsigned(entry.entryNumber());
        }
        if (command instanceof Command.FirstAfterBookmark first) {
            return "Bookmark " + first.bookmark();
        }
        if (command instanceof Command.RangeBookmark range) {
            return "RangeBookmark " + range.fromBookmark() + " to " + range.toBookmark();
        }
        return command.getClass().getSimpleName();
    }

    /** The text comes from the peer: what could forge a line of a log is not repeated. */
    static String of(Result result) {
        return "result " + Integer.toUnsignedString(result.code()) + " ("
                + result.text().replaceAll("[^ -~]", "?") + ")";
    }

    static String of(Duration duration) {
        long millis;
        try {
            millis = duration.toMillis();
        } catch (ArithmeticException tooLong) {
            return duration.toString();
        }
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
    }

    static String unsigned(long number) {
        return Long.toUnsignedString(number);
    }
}
