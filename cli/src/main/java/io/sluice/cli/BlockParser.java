package io.sluice.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.sluice.core.EntryFormat;
import io.sluice.zkevm.Bytes;
import io.sluice.zkevm.tx.SignedTransaction;
import io.sluice.zkevm.tx.TransactionException;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a line of the input of {@code sluice import}: a JSON object that is a block. Fields that it does not know are
 * passed over.
 *
 * <p><b>Threading:</b> one thread.
 *
 * <p><b>Failure:</b> {@link IllegalArgumentException} that says what is wrong with the line, and with which field.
 */
final class BlockParser {
    /** What a transaction entry says beside the transaction takes less than 64 bytes. */
    static final int MAX_TRANSACTION_LENGTH = EntryFormat.MAX_DATA_LENGTH - 64;

    private static final String TXS = "txs";

    /** Fields in hex digits, and how many bytes they have. */
    private static final Map<String, Integer> WORDS =
            Map.of("hash", 32, "parentHash", 32, "stateRoot", 32, "coinbase", 20);

    private static final List<String> NUMBERS = List.of("number", "timestamp", "gasLimit");
    private static final List<String> FIELDS =
            List.of("number", "timestamp", "hash", "parentHash", "stateRoot", "coinbase", "gasLimit");

    private final JsonLine json = new JsonLine("a block", 2 * EntryFormat.MAX_DATA_LENGTH);
    private final Map<String, Bytes> words = new HashMap<>();
    private final Map<String, Long> numbers = new HashMap<>();
    private @Nullable List<Bytes> transactions;
    private long chainId;

    /** Reads a line. */
    InputBlock parse(byte[] bytes, int length) {
        words.clear();
        numbers.clear();
        transactions = null;
        chainId = 0;
        json.read(bytes, length, this::readField);
        return block();
    }

    private void readField(String name, JsonToken value, JsonParser parser) throws IOException {
        Integer length = WORDS.get(name);
        if (length != null) {
            byte[] word = hex("\"" + name + "\"", parser, value);
            if (word.length != length) {
                throw new IllegalArgumentException("\"" + name + "\" has " + length + " bytes, not " + word.length);
            }
            words.put(name, Bytes.of(word));
        } else if (NUMBERS.contains(name)) {
            numbers.put(name, number(name, parser, value));
        } else if (name.equals(TXS)) {
            readTransactions(parser, value);
        } else {
            parser.skipChildren();
        }
    }

    private static long number(String name, JsonParser parser, JsonToken value) throws IOException {
        if (value != JsonToken.VALUE_NUMBER_INT
                || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                || parser.getLongValue() < 0) {
            throw new IllegalArgumentException("\"" + name + "\" is no whole number of 63 bits from 0 up");
        }
        return parser.getLongValue();
    }

    private void readTransactions(JsonParser parser, JsonToken value) throws IOException {
        if (value != JsonToken.START_ARRAY) {
            throw new IllegalArgumentException("\"txs\" is no array");
        }
        List<Bytes> read = new ArrayList<>();
        for (JsonToken item = parser.nextToken(); item != JsonToken.END_ARRAY; item = parser.nextToken()) {
            String name = "\"txs\"[" + read.size() + "]";
            Bytes transaction = Bytes.of(hex(name, parser, item));
            check(name, transaction);
            read.add(transaction);
        }
        transactions = read;
    }

    /** That it can be taken apart; who signed it is not asked, which would take more time than all the rest. */
    private void check(String name, Bytes transaction) {
        if (transaction.length() > MAX_TRANSACTION_LENGTH) {
            throw new IllegalArgumentException(name + " has " + transaction.length() + " bytes, and "
                    + MAX_TRANSACTION_LENGTH + " are the most that an entry can hold");
        }
        try {
            BigInteger its = SignedTransaction.decode(transaction).chainId();
            if (chainId == 0 && its != null && its.bitLength() <= Long.SIZE) {
                chainId = its.longValue();
            }
        } catch (TransactionException e) {
            String why = String.valueOf(e.getMessage()).replaceFirst("\\.$", "");
            throw new IllegalArgumentException(name + " is no signed transaction: " + why, e);
        }
    }

    /** The digits are taken from where the parser has them: a string of each transaction would be one too many. */
    private static byte[] hex(String name, JsonParser parser, @Nullable JsonToken value) throws IOException {
        if (value != JsonToken.VALUE_STRING) {
            throw new IllegalArgumentException(name + " is no string of hex digits");
        }
        char[] digits = parser.getTextCharacters();
        int start = parser.getTextOffset();
        int end = start + parser.getTextLength();
        if (end - start >= 2 && digits[start] == '0' && digits[start + 1] == 'x') {
            start += 2;
        }
        try {
            return HexFormat.of().parseHex(digits, start, end);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + " is not an even number of hex digits", e);
        }
    }

    private InputBlock block() {
        for (String name : FIELDS) {
            if (!words.containsKey(name) && !numbers.containsKey(name)) {
                throw missing(name);
            }
        }
        if (transactions == null) {
            throw missing(TXS);
        }
        return new InputBlock(
                numbers.getOrDefault("timestamp", 0L),
                words.getOrDefault("hash", Bytes.EMPTY),
                words.getOrDefault("stateRoot", Bytes.EMPTY),
                words.getOrDefault("coinbase", Bytes.EMPTY),
                numbers.getOrDefault("gasLimit", 0L),
                List.copyOf(transactions),
                chainId);
    }

    private static IllegalArgumentException missing(String name) {
        return new IllegalArgumentException("\"" + name + "\" is missing");
    }
}
