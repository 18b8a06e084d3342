package io.sluice.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What the configuration file and the environment say of a relay, by the names that operators of the known relay program
 * have in use: {@code Port} in the file, {@code ZKEVM_STREAM_PORT} in the environment, which comes before the file. A value
 * that makes no sense is refused with the place where it stands.
 */
final class RelaySettings {
    private static final String PREFIX = "ZKEVM_STREAM_";
    private static final List<String> NAMES =
            List.of("Server", "Port", "File", "Log", "WriteTimeout", "InactivityTimeout");
    private static final long MAX_FILE_BYTES = 1 << 20;

    private final Map<String, Given> given = new HashMap<>();

    /**
     * A value, and where it stands.
     *
     * @param place in the user's words
     */
    private record Given(String value, String place) {}

    /**
     * Reads both.
     *
     * @param file null when there is none
     * @throws CommandFailure when the file cannot be read or understood
     */
    static RelaySettings read(@Nullable Path file, Map<String, String> environment) {
        RelaySettings settings = new RelaySettings();
        if (file != null) {
            settings.readFile(file);
        }
        for (String name : NAMES) {
            String variable = PREFIX + name.toUpperCase(Locale.ROOT);
            String value = environment.get(variable);
            if (value != null && !value.isEmpty()) {
                settings.given.put(name, new Given(value, "environment variable " + variable));
            }
        }
        return settings;
    }

    private void readFile(Path file) {
        TomlParseResult toml = parse(file);
        if (toml.hasErrors()) {
            TomlParseError first = toml.errors().get(0);
            throw CommandFailure.badInput(file + ", line " + first.position().line() + ": " + first.getMessage());
        }
        for (String key : toml.keySet()) {
            String place = file + ", line " + toml.inputPositionOf(List.of(key)).line() + ", " + key;
            String name = NAMES.stream()
                    .filter(key::equalsIgnoreCase)
                    .findAny()
                    .orElseThrow(() -> CommandFailure.badInput(
                            place + ": there is no such setting; there are " + String.join(", ", NAMES)));
            Object value = toml.get(List.of(key));
            if (!(value instanceof String) && !(value instanceof Long)) {
                throw CommandFailure.badInput(place + ": text in quotes or a whole number is wanted");
            }
            if (given.put(name, new Given(value.toString(), place)) != null) {
                throw CommandFailure.badInput(place + ": it is there twice");
            }
        }
    }

    private static TomlParseResult parse(Path file) {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw CommandFailure.badInput(file + " has " + Words.bytes(Files.size(file))
                        + ", which is too much for a configuration file");
            }
            return Toml.parse(file);
        } catch (NoSuchFileException e) {
            throw CommandFailure.badInput("There is no configuration file " + file);
        } catch (IOException e) {
            throw CommandFailure.badInput("Cannot read the configuration file " + file + ": " + e.getMessage());
        }
    }

    /** The servers, separated by commas. */
    List<InetSocketAddress> servers(String otherwise) {
        return get("Server", otherwise, value -> {
            List<InetSocketAddress> servers = new ArrayList<>();
            for (String each : value.split(",", -1)) {
                servers.add(new Arguments.ServerAddress().convert(each.strip()));
            }
            return servers;
        });
    }

    int port(String otherwise) {
        return get("Port", otherwise, new Arguments.Port());
    }

    Path file(String otherwise) {
        return get("File", otherwise, Path::of);
    }

    String logLevel(String otherwise) {
        return get("Log", otherwise, new Arguments.LogLevel());
    }

    @Nullable
    Duration writeTimeout() {
        return given.containsKey("WriteTimeout") ? get("WriteTimeout", "", new Arguments.Timeout()) : null;
    }

    @Nullable
    Duration inactivityTimeout() {
        return given.containsKey("InactivityTimeout") ? get("InactivityTimeout", "", new Arguments.Timeout()) : null;
    }

    private <T> T get(String name, String otherwise, ITypeConverter<T> converter) {
        Given value = given.getOrDefault(name, new Given(otherwise, ""));
        try {
            return converter.convert(value.value());
        } catch (TypeConversionException e) {
            throw CommandFailure.badInput(value.place() + ": " + e.getMessage());
        } catch (Exception e) {
            // Such as a path that the system does not know how to write.
            throw CommandFailure.badInput(value.place() + ": '" + value.value() + "' is not possible");
        }
    }
}
