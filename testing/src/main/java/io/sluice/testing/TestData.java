package io.sluice.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;

/**
 * The test data folder: files and conversations of the Go implementation, and real data. It is no part of the project; the
 * system property {@code sluice.shared} says where it is. Without it the tests that need it are skipped, in continuous
 * integration they fail.
 */
public final class TestData {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TestData() {}

    /** A file of the folder; skips or fails the test when the folder is not there. */
    public static Path path(String name) {
        Path folder = Path.of(System.getProperty("sluice.shared", "../../shared"));
        boolean present = Files.isDirectory(folder);
        if (!present && "true".equals(System.getenv("CI"))) {
            throw new AssertionError(
                    "There is no test data folder at " + folder.toAbsolutePath() + ": set -Dsluice.shared=FOLDER.");
        }
        Assumptions.assumeTrue(present, "no test data folder at " + folder.toAbsolutePath());
        return folder.resolve(name);
    }

    /** Unpacks a file, from {@code NAME.gz} to {@code target}; runs of zeros become holes. */
    public static Path unpack(String name, Path target) {
        try (InputStream packed = open(name);
                var file = new java.io.RandomAccessFile(target.toFile(), "rw")) {
            byte[] block = new byte[1 << 16];
            long position = 0;
            for (int count = packed.readNBytes(block, 0, block.length);
                    count > 0;
                    count = packed.readNBytes(block, 0, block.length)) {
                if (!isZero(block, count)) {
                    file.seek(position);
                    file.write(block, 0, count);
                }
                position += count;
            }
            file.setLength(position);
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isZero(byte[] block, int count) {
        for (int i = 0; i < count; i++) {
            if (block[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** Reads a JSON file, packed if its name says so. */
    public static JsonNode json(String name) {
        try (InputStream in = open(name)) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a file of one JSON object a line, packed if its name says so. */
    public static <T> List<T> jsonLines(String name, Function<JsonNode, T> reader) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(open(name), StandardCharsets.UTF_8))) {
            return lines.lines().map(TestData::parse).map(reader).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Parses one JSON value. */
    public static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names and values of a JSON object. */
    public static Iterable<java.util.Map.Entry<String, JsonNode>> fields(JsonNode object) {
        return () -> {
            Iterator<java.util.Map.Entry<String, JsonNode>> fields = object.fields();
            return Objects.requireNonNull(fields);
        };
    }

    private static InputStream open(String name) throws IOException {
        InputStream file = Files.newInputStream(path(name));
        return name.endsWith(".gz") ? new GZIPInputStream(file, 1 << 16) : file;
    }
}
