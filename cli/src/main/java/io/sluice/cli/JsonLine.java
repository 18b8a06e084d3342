package io.sluice.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;

/**
 * Reads lines that are a JSON object each, field by field. A field that is there twice is an error.
 *
 * <p><b>Threading:</b> one thread.
 *
 * <p><b>Failure:</b> {@link IllegalArgumentException} that says what is wrong with the line.
 */
final class JsonLine {
    private final JsonFactory json;
    private final String kind;

    /** What is done with each field of the object. */
    interface FieldReader {
        /** The parser is at the first token of the field's value, and is to be at the last one afterwards. */
        void read(String name, JsonToken value, JsonParser parser) throws IOException;
    }

    /**
     * @param kind what a line tells of, with its article, for what is said of a line that has more than can be
     * @param maxStringLength the most characters that a string of it can have
     */
    JsonLine(String kind, int maxStringLength) {
        this.kind = kind;
        this.json = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxStringLength(maxStringLength)
                        .build())
                .build();
    }

    /** Reads a line. */
    void read(byte[] bytes, int length, FieldReader fields) {
        try (JsonParser parser = json.createParser(bytes, 0, length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("it is no JSON object");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                fields.read(name, parser.nextToken(), parser);
            }
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("something follows the JSON object");
            }
        } catch (StreamConstraintsException e) {
            throw new IllegalArgumentException(
                    "more is in it than " + kind + " can have: " + e.getOriginalMessage(), e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("it is no JSON object: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalStateException("Bytes in memory can be read.", e);
        }
    }
}
