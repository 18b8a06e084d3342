package io.sluice.cli;

import io.sluice.core.Bookmark;
import io.sluice.core.StreamSourceException.InvalidBookmark;
import io.sluice.server.MisusePolicy;
import io.sluice.storage.ForcePolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What the words of a command line mean. Each converter says what is wrong and what would be right. */
final class Arguments {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
    private static final Duration MAX_TIMEOUT = Duration.ofDays(365);
    private static final int MAX_PORT = 65_535;
    private static final int MAX_VERSION = 255;

    private Arguments() {}

    private static TypeConversionException wrong(String message) {
        return new TypeConversionException(message);
    }

    private static long unsigned(String value, String what) {
        if (!value.matches("\\d+")) {
            throw wrong("'" + value + "' is not " + what);
        }
        try {
            return Long.parseUnsignedLong(value);
        } catch (NumberFormatException e) {
            throw wrong("'" + value + "' is beyond 18446744073709551615, the largest number there is");
        }
    }

    /** A number of 64 bits, unsigned. */
    static final class UnsignedNumber implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            return unsigned(value, "a whole number from 0 up");
        }
    }

    /** An entry number, or the word for the end of the stream. */
    abstract static class Place implements ITypeConverter<EntryPlace> {
        private final String word;

        Place(String word) {
            this.word = word;
        }

        @Override
        public EntryPlace convert(String value) {
            return value.equals(word)
                    ? EntryPlace.END
                    : EntryPlace.at(unsigned(value, "an entry number, and not '" + word + "'"));
        }
    }

    /** Where to begin. */
    static final class From extends Place {
        From() {
            super("latest");
        }
    }

    /** Where to stop. */
    static final class Until extends Place {
        Until() {
            super("end");
        }
    }

    /** A block's or batch's number, or the word for the last one. */
    static final class Latest implements ITypeConverter<ZkevmPlace> {
        @Override
        public ZkevmPlace convert(String value) {
            return value.equals("latest")
                    ? ZkevmPlace.LATEST
                    : new ZkevmPlace(unsigned(value, "a whole number from 0 up, and not 'latest'"), false);
        }
    }

    /** HOST:PORT, not resolved yet. */
    static final class ServerAddress implements ITypeConverter<InetSocketAddress> {
        @Override
        public InetSocketAddress convert(String value) {
            int colon = value.lastIndexOf(':');
            boolean bracketed = value.startsWith("[");
            if (colon < 0 || (bracketed && value.endsWith("]"))) {
                throw wrong("'" + value + "' has no port; HOST:PORT is wanted, for instance localhost:6900");
            }
            String host = value.substring(0, colon);
            if (bracketed) {
                if (!host.endsWith("]")) {
                    throw wrong("'" + value + "' has no ']' before its port, as in [::1]:6900");
                }
                host = host.substring(1, host.length() - 1);
            } else if (host.indexOf(':') >= 0) {
                throw wrong("'" + value + "': an IPv6 address needs brackets, as in [::1]:6900");
            }
            if (host.isBlank()) {
                throw wrong("'" + value + "' has no host; HOST:PORT is wanted, for instance localhost:6900");
            }
            return InetSocketAddress.createUnresolved(host, port(value, value.substring(colon + 1)));
        }

        private static int port(String value, String port) {
            if (port.matches("\\d{1,5}")) {
                int number = Integer.parseInt(port);
                if (number >= 1 && number <= MAX_PORT) {
                    return number;
                }
            }
            throw wrong("'" + value + "': a port is 1 to 65535, not '" + port + "'");
        }
    }

    /** HOST:PORT, or a file: what has a slash, or no colon. */
    static final class Location implements ITypeConverter<StreamLocation> {
        @Override
        public StreamLocation convert(String value) {
            if (value.indexOf('/') >= 0 || value.indexOf(':') < 0) {
                return new StreamLocation.File(Path.of(value));
            }
            return new StreamLocation.Server(new ServerAddress().convert(value));
        }
    }

    /** A port to listen on. */
    static final class Port implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            if (value.matches("\\d{1,5}") && Integer.parseInt(value) <= MAX_PORT) {
                return Integer.valueOf(value);
            }
            throw wrong("a port is 0 to 65535, not '" + value + "'");
        }
    }

    /** The version of a stream's content. */
    static final class StreamVersion implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            if (value.matches("\\d{1,3}") && Integer.parseInt(value) <= MAX_VERSION) {
                return Integer.valueOf(value);
            }
            throw wrong("a version is 0 to 255, not '" + value + "'");
        }
    }

    /** A count of at least one. */
    static final class PositiveCount implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            if (value.matches("\\d{1,9}") && Integer.parseInt(value) > 0) {
                return Integer.valueOf(value);
            }
            throw wrong("1 to 999999999 is possible, not '" + value + "'");
        }
    }

    /** A bookmark in hex digits. */
    static final class BookmarkHex implements ITypeConverter<Bookmark> {
        @Override
        public Bookmark convert(String value) {
            String digits = value.toLowerCase(Locale.ROOT).startsWith("0x") ? value.substring(2) : value;
            try {
                return Bookmark.fromHex(digits);
            } catch (InvalidBookmark e) {
                throw wrong("a bookmark has 1 to 16 bytes, not " + digits.length() / 2);
            } catch (IllegalArgumentException e) {
                throw wrong("'" + value + "' is not an even number of hex digits");
            }
        }
    }

    /** When commits are forced. */
    static final class Force implements ITypeConverter<ForcePolicy> {
        @Override
        public ForcePolicy convert(String value) {
            if (value.equals("always")) {
                return ForcePolicy.ALWAYS;
            }
            if (value.equals("never")) {
                return ForcePolicy.NEVER;
            }
            Matcher interval = DURATION.matcher(value.replaceFirst("^interval:", ""));
            if (!value.startsWith("interval:") || !interval.matches()) {
                throw wrong("'" + value + "' is none of always, never and interval:TIME, for instance interval:200ms"
                        + " (units ms, s, m, h)");
            }
            Duration time = duration(interval);
            if (time.isZero()) {
                throw wrong("an interval is at least 1ms, not '" + value + "'");
            }
            return ForcePolicy.interval(time);
        }
    }

    /** A time, which may be none. */
    static final class Time implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            Matcher time = DURATION.matcher(value);
            if (!time.matches()) {
                throw wrong("'" + value + "' is not a time, for instance 30s (units ms, s, m, h)");
            }
            return duration(time);
        }
    }

    /** A timeout; without a unit it is in seconds, and zero is none. */
    static final class Timeout implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            Matcher time = DURATION.matcher(value.matches("\\d+") ? value + "s" : value);
            if (!time.matches() || duration(time).compareTo(MAX_TIMEOUT) > 0) {
                throw wrong(
                        "'" + value + "' is not a time of up to 365 days: seconds, or a number with a unit (ms, s, m,"
                                + " h), and 0 for none");
            }
            return duration(time);
        }
    }

    /** How much is logged. */
    static final class LogLevel implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            if (!value.matches("debug|info|warn|error")) {
                throw wrong("'" + value + "' is none of debug, info, warn and error");
            }
            return value;
        }
    }

    /** What {@link #DURATION} has found. */
    private static Duration duration(Matcher found) {
        long count = Long.parseLong(found.group(1));
        return switch (found.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
        };
    }

    /** What becomes of a connection after a misuse. */
    static final class Misuse implements ITypeConverter<MisusePolicy> {
        @Override
        public MisusePolicy convert(String value) {
            return switch (value) {
                case "close" -> MisusePolicy.CLOSE;
                case "reply" -> MisusePolicy.REPLY;
                default -> throw wrong("'" + value + "' is neither close nor reply");
            };
        }
    }

    /** Not a boolean: the command line parser has ideas of its own about those. */
    enum Switch {
        ON,
        OFF
    }

    /** On or off. */
    static final class OnOff implements ITypeConverter<Switch> {
        @Override
        public Switch convert(String value) {
            return switch (value) {
                case "on" -> Switch.ON;
                case "off" -> Switch.OFF;
                default -> throw wrong("'" + value + "' is neither on nor off");
            };
        }
    }

    /** An address to listen on. */
    static final class BindAddress implements ITypeConverter<InetAddress> {
        @Override
        public InetAddress convert(String value) {
            try {
                return InetAddress.getByName(value);
            } catch (UnknownHostException e) {
                throw wrong("'" + value + "' is no address of this computer");
            }
        }
    }
}
