package io.sluice.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.sluice.core.Bookmark;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamSourceException;
import java.io.IOException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads a line of the input of {@code sluice write}: a JSON object with an "op".
 *
 * <p><b>Threading:</b> one thread.
 *
 * <p><b>Failure:</b> {@link IllegalArgumentException} that says what is wrong with the line.
 */
final class StepParser {
    private static final long MAX_TYPE = 0xffff_ffffL;
    private static final String TYPE = "type";
    private static final String ENTRY = "entry";
    private static final String BOOKMARK = "bookmark";
    private static final String LENGTH = "length";
    private static final String SEED = "seed";
    private static final String DATA = "data";
    private static final String DATA_BASE64 = "dataBase64";

    /** Which fields an operation has besides "op"; of entries one of the forms of their data. */
    private static final Map<String, List<String>> FIELDS = Map.of(
            "start", List.of(),
            "entry", List.of(TYPE),
            "bookmark", List.of(BOOKMARK),
            "update", List.of(ENTRY, TYPE),
            "commit", List.of(),
            "rollback", List.of(),
            "truncate", List.of(ENTRY));

    private static final Set<String> WITH_DATA = Set.of("entry", "update");
    private static final List<List<String>> DATA_FORMS =
            List.of(List.of(DATA), List.of(DATA_BASE64), List.of(LENGTH, SEED));
    private static final String OPERATIONS = "start, entry, bookmark, update, commit, rollback and truncate";
    private static final Set<String> TEXTS = Set.of("op", BOOKMARK, DATA, DATA_BASE64);
    private static final Set<String> NUMBERS = Set.of(TYPE, ENTRY, LENGTH, SEED);

    private final JsonLine json = new JsonLine("an operation", InputLines.MAX_LENGTH);
    private final Map<String, String> texts = new TreeMap<>();
    private final Map<String, Long> numbers = new TreeMap<>();

    /** Reads a line. */
    Step parse(byte[] bytes, int length) {
        texts.clear();
        numbers.clear();
        json.read(bytes, length, this::readField);
        return step();
    }

    private void readField(String name, JsonToken value, JsonParser parser) throws IOException {
        if (TEXTS.contains(name)) {
            if (value != JsonToken.VALUE_STRING) {
                throw new IllegalArgumentException("\"" + name + "\" is no string");
            }
            texts.put(name, parser.getText());
        } else if (NUMBERS.contains(name)) {
            if (value != JsonToken.VALUE_NUMBER_INT || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                throw new IllegalArgumentException("\"" + name + "\" is no whole number of 63 bits");
            }
            numbers.put(name, parser.getLongValue());
        } else {
            throw new IllegalArgumentException("there is no field \"" + name + "\"");
        }
    }

    private Step step() {
        String op = texts.get("op");
        if (op == null) {
            throw new IllegalArgumentException("\"op\" is missing");
        }
        List<String> wanted = FIELDS.get(op);
        if (wanted == null) {
            throw new IllegalArgumentException("there is no operation \"" + op + "\"; there are " + OPERATIONS);
        }
        checkFields(op, wanted);
        return switch (op) {
            case "start" -> new Step.Start();
            case "entry" -> new Step.AddEntry(type(), data());
            case "bookmark" -> new Step.AddBookmark(bookmark());
            case "update" -> new Step.UpdateEntry(number(ENTRY, 0, Long.MAX_VALUE), type(), data());
            case "commit" -> new Step.Commit();
            case "rollback" -> new Step.Rollback();
            default -> new Step.Truncate(number(ENTRY, 0, Long.MAX_VALUE));
        };
    }

    private void checkFields(String op, List<String> wanted) {
        Set<String> extra = new LinkedHashSet<>(texts.keySet());
        extra.addAll(numbers.keySet());
        extra.remove("op");
        for (String field : wanted) {
            if (!extra.remove(field)) {
                throw new IllegalArgumentException("\"" + field + "\" is missing");
            }
        }
        if (WITH_DATA.contains(op)) {
            if (DATA_FORMS.stream().anyMatch(form -> extra.equals(Set.copyOf(form)))) {
                return;
            }
            throw new IllegalArgumentException("the data is wanted as \"data\" in hex digits, as \"dataBase64\","
                    + " or as \"length\" and \"seed\", and in one of these ways only");
        }
        if (!extra.isEmpty()) {
            throw new IllegalArgumentException("\"" + extra.iterator().next() + "\" has no meaning in \"" + op + "\"");
        }
    }

    private long number(String name, long min, long max) {
        Long value = numbers.get(name);
        if (value == null || value < min || value > max) {
            throw new IllegalArgumentException("\"" + name + "\" is " + min + " to " + max + ", not " + value);
        }
        return value;
    }

    private int type() {
        int type = (int) number(TYPE, 0, MAX_TYPE);
        if (type == EntryFormat.TYPE_BOOKMARK || type == EntryFormat.TYPE_NOT_FOUND) {
            throw new IllegalArgumentException(told(new StreamSourceException.ReservedEntryType(type)));
        }
        return type;
    }

    private Bookmark bookmark() {
        String digits = texts.getOrDefault(BOOKMARK, "");
        try {
            return Bookmark.fromHex(digits);
        } catch (StreamSourceException.InvalidBookmark e) {
            throw new IllegalArgumentException(told(e), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"bookmark\" is not an even number of hex digits", e);
        }
    }

    private byte[] data() {
        byte[] data;
        String hex = texts.get(DATA);
        String base64 = texts.get(DATA_BASE64);
        if (hex != null) {
            data = decodeHex(hex);
        } else if (base64 != null) {
            data = decodeBase64(base64);
        } else {
            int length = (int) number(LENGTH, 0, EntryFormat.MAX_DATA_LENGTH);
            return pattern((int) number(SEED, Integer.MIN_VALUE, Integer.MAX_VALUE), length);
        }
        if (data.length > EntryFormat.MAX_DATA_LENGTH) {
            throw new IllegalArgumentException(
                    told(new StreamSourceException.EntryTooLarge(data.length, EntryFormat.MAX_DATA_LENGTH)));
        }
        return data;
    }

    private static byte[] decodeHex(String hex) {
        try {
            return HexFormat.of().parseHex(hex);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"data\" is not an even number of hex digits", e);
        }
    }

    private static byte[] decodeBase64(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"dataBase64\" is not Base64", e);
        }
    }

    /** Data that a seed tells: byte i is {@code seed*37 + i*7 + (i>>8)}. */
    static byte[] pattern(int seed, int length) {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++) {
            data[i] = (byte) (seed * 37 + i * 7 + (i >> 8));
        }
        return data;
    }

    /** What an error says, to be part of a sentence. */
    static String told(StreamSourceException e) {
        String message = String.valueOf(e.getMessage());
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }
}
