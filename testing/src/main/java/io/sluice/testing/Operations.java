package io.sluice.testing;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.core.Bookmark;
import io.sluice.core.StreamSource;
import java.util.List;

/** The calls that made a vector file: {@code vectors/NAME.ops.jsonl}. */
public final class Operations {
    private Operations() {}

    /** Makes the same calls on a source. */
    public static void replay(String name, StreamSource source) {
        for (JsonNode call : calls(name)) {
            replay(call, source);
        }
    }

    /** Makes the same calls on a source, up to the one that commits the last operation but so many. */
    public static void replayBut(int lastOperations, String name, StreamSource source) {
        List<JsonNode> calls = calls(name);
        long left = calls.stream().filter(Operations::isCommit).count() - lastOperations;
        for (int i = 0; left > 0; i++) {
            replay(calls.get(i), source);
            left -= isCommit(calls.get(i)) ? 1 : 0;
        }
    }

    private static List<JsonNode> calls(String name) {
        return TestData.jsonLines("vectors/" + name + ".ops.jsonl", call -> call);
    }

    private static boolean isCommit(JsonNode call) {
        return call.get("op").asText().equals("commit");
    }

    private static void replay(JsonNode call, StreamSource source) {
        switch (call.get("op").asText()) {
            case "start" -> source.startAtomicOp();
            case "entry" ->
                source.addStreamEntry(
                        call.get("type").asInt(),
                        data(call.get("seed").asInt(), call.get("length").asInt()));
            case "bookmark" ->
                source.addStreamBookmark(Bookmark.fromHex(call.get("bookmark").asText()));
            case "commit" -> source.commitAtomicOp();
            case "rollback" -> source.rollbackAtomicOp();
            case "truncate" -> source.truncate(call.get("entry").asLong());
            default -> throw new AssertionError("unknown call " + call);
        }
    }

    /** The data of an entry in the vectors: byte i is {@code seed*37 + i*7 + (i>>8)}. */
    public static byte[] data(int seed, int length) {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++) {
            data[i] = (byte) (seed * 37 + i * 7 + (i >> 8));
        }
        return data;
    }
}
