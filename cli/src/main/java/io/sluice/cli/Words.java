package io.sluice.cli;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Locale;

/** How numbers, addresses and reasons are written for people. */
final class Words {
    private static final String[] BYTE_UNITS = {"kB", "MB", "GB", "TB"};
    private static final int IPV6_GROUPS = 8;

    private Words() {}

    /** Without line ends and other control characters, which could forge lines. */
    static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ").strip();
    }

    static String unsigned(long number) {
        return Long.toUnsignedString(number);
    }

    /** With separators: 1,234,567. */
    static String grouped(long number) {
        return number < 0 ? unsigned(number) : String.format(Locale.ROOT, "%,d", number);
    }

    /** A count and its noun: 1 entry, 2 entries. */
    static String count(long count, String one, String many) {
        return grouped(count) + " " + (count == 1 ? one : many);
    }

    static String entries(long count) {
        return count(count, "entry", "entries");
    }

    /** In decimal units: 999 bytes, 1.5 kB, 2.0 GB. */
    static String bytes(long count) {
        if (count < 1000) {
            return count + (count == 1 ? " byte" : " bytes");
        }
        double value = count / 1000.0;
        int unit = 0;
        // What would be written as 1000.0 belongs to the next unit.
        while (value >= 999.95 && unit < BYTE_UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, BYTE_UNITS[unit]);
    }

    static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.2f s", time.toNanos() / 1e9);
    }

    /** A time that a user chose: 90 s, 5 min. */
    static String time(Duration time) {
        long millis = time.toMillis();
        if (millis % 60_000 == 0 && millis > 0) {
            return grouped(millis / 60_000) + " min";
        }
        return millis % 1000 == 0 ? grouped(millis / 1000) + " s" : grouped(millis) + " ms";
    }

    static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.2f ms", nanos / 1e6);
    }

    /** So many in that time, for each second. */
    static long perSecond(long count, Duration time) {
        return Math.round(count * 1e9 / Math.max(time.toNanos(), 1));
    }

    /** ADDRESS:PORT, an IPv6 address in its short form and in brackets. */
    static String address(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        String host = ip == null ? address.getHostString() : ip.getHostAddress();
        if (ip instanceof Inet6Address ip6) {
            host = "[" + shortForm(ip6) + "]";
        }
        return host + ":" + address.getPort();
    }

    private static String shortForm(Inet6Address address) {
        byte[] bytes = address.getAddress();
        int[] groups = new int[IPV6_GROUPS];
        for (int i = 0; i < IPV6_GROUPS; i++) {
            groups[i] = ((bytes[2 * i] & 0xff) << 8) | (bytes[2 * i + 1] & 0xff);
        }
        int longest = 1;
        int start = -1;
        for (int i = 0; i < IPV6_GROUPS; i++) {
            int end = i;
            while (end < IPV6_GROUPS && groups[end] == 0) {
                end++;
            }
            if (end - i > longest) {
                longest = end - i;
                start = i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < IPV6_GROUPS; i++) {
            if (i == start) {
                text.append("::");
                i += longest - 1;
            } else {
                boolean first = text.isEmpty() || text.charAt(text.length() - 1) == ':';
                text.append(first ? "" : ":").append(Integer.toHexString(groups[i]));
            }
        }
        String written = address.getHostAddress();
        int scope = written.indexOf('%');
        return text + (scope < 0 ? "" : written.substring(scope));
    }

    /** What an I/O error says: the JDK's messages are often a bare file name. */
    static String reason(IOException cause) {
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof NoSuchFileException) {
            return "no such file or folder: " + message;
        }
        if (cause instanceof FileAlreadyExistsException) {
            return "it exists already: " + message;
        }
        if (cause instanceof AccessDeniedException) {
            return "permission denied: " + message;
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : message;
    }

    /** A JSON string. */
    static String json(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
