package io.sluice.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.testing.TestData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** 99 blocks of a real chain as operations: a bookmark, the block, its transactions. */
final class MainnetBlocks {
    private MainnetBlocks() {}

    static List<List<Entry>> operations() {
        List<JsonNode> blocks = TestData.jsonLines("data/chain/eth-mainnet-99-blocks.jsonl.gz", block -> block);
        List<List<Entry>> operations = new ArrayList<>();
        long number = 0;
        for (JsonNode block : blocks) {
            List<Entry> operation = new ArrayList<>();
            byte[] bookmark = ByteBuffer.allocate(9)
                    .put((byte) 2)
                    .putLong(block.get("number").asLong())
                    .array();
            operation.add(new Entry(number++, EntryFormat.TYPE_BOOKMARK, bookmark));
            String head = block.get("number") + " " + block.get("hash").asText();
            operation.add(new Entry(number++, 2, head.getBytes(StandardCharsets.US_ASCII)));
            for (JsonNode transaction : block.get("txs")) {
                byte[] data = HexFormat.of().parseHex(transaction.asText().substring(2));
                operation.add(new Entry(number++, 3, data));
            }
            operations.add(operation);
        }
        return operations;
    }
}
