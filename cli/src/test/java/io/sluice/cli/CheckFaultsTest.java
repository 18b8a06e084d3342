package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.zkevm.BatchEnd;
import io.sluice.zkevm.BatchStart;
import io.sluice.zkevm.BookmarkType;
import io.sluice.zkevm.Bytes;
import io.sluice.zkevm.L2Block;
import io.sluice.zkevm.L2BlockEnd;
import io.sluice.zkevm.Transaction;
import io.sluice.zkevm.ZkevmBookmark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each fault that is planted into a copy of a real stream's beginning is found, at its entry, and nothing else is. */
class CheckFaultsTest {
    private static final long BLOCK = 500;
    private static final ZkevmBookmark BLOCK_BOOKMARK = new ZkevmBookmark(BookmarkType.L2_BLOCK, BLOCK);

    private static Net8Entries original;

    @TempDir
    Path folder;

    private Path file;
    private Net8Entries entries;

    /** Where BLOCK begins, somewhere within a batch; its bookmark stands before it. */
    private int block;

    /** Where a batch starts. */
    private int batch;

    /** A transaction that is alone in its block. */
    private int transaction;

    @BeforeAll
    static void read() {
        Net8Entries all = Net8Entries.read();
        // What follows is more of the same, and is there when thorough. Both end with an open batch.
        original = Boolean.getBoolean("sluice.thorough") ? all : all.first(all.next(4000, L2BlockEnd.class) + 1);
    }

    @BeforeEach
    void find() {
        file = folder.resolve("stream.bin");
        entries = original.copy();
        block = entries.indexOf(BLOCK_BOOKMARK) + 1;
        batch = entries.next(block, BatchStart.class);
        transaction = entries.next(0, Transaction.class);
        assertThat(entries.get(block, L2Block.class).number()).isEqualTo(BLOCK);
    }

    /** Each fault as its code and its entry. */
    private List<String> faults() {
        Cli.Run run = Cli.run("check", file, "--format", "json");
        List<String> faults = new ArrayList<>();
        for (String line : run.lines()) {
            JsonNode told = Cli.json(line);
            if (told.get("kind").asText().equals("fault")) {
                assertThat(told.get("message").asText()).isNotEmpty();
                faults.add(told.get("fault").asText() + " " + told.get("entry").asText());
            } else {
                assertThat(told.get("good").asBoolean()).isEqualTo(faults.isEmpty());
            }
        }
        assertThat(run.exitCode()).isEqualTo(faults.isEmpty() ? 0 : 1);
        return faults;
    }

    private void assertFaults(String... expected) {
        entries.write(file);
        assertThat(faults()).containsExactly(expected);
    }

    @Test
    void theCopyIsGood() {
        assertFaults();
    }

    @Test
    void theNumberOfAnEntry() {
        entries.write(file);
        Net8Entries.renumber(file, block, block + 1, 99_999);
        assertThat(faults()).containsExactly("entry-gap 99999");

        file = folder.resolve("repeat");
        entries.write(file);
        Net8Entries.renumber(file, block, block + 1, 7);
        assertThat(faults()).containsExactly("entry-repeat 7");
    }

    @Test
    void entriesThatAreMissing() {
        entries.remove(block, 3);
        entries.write(file);
        Net8Entries.renumber(file, block, entries.size(), block + 3);
        assertThat(faults()).containsExactly("entry-gap " + (block + 3));
    }

    @Test
    void anEntryThatComesTwice() {
        for (int index : new int[] {block - 1, block, block + 1, transaction, batch}) {
            entries = original.copy();
            entries.repeat(index, 1);
            file = folder.resolve("renumbered-" + index);
            assertFaults("entry-repeat " + (index + 1));
            Net8Entries.renumber(file, index + 1, entries.size(), index);
            assertThat(faults()).containsExactly("entry-repeat " + index);
        }
    }

    @Test
    void aBlockThatIsMissing() {
        int end = entries.indexOf(new L2BlockEnd(BLOCK));
        entries.remove(block - 1, end - block + 2);
        assertFaults("block-order " + block);
    }

    @Test
    void aBlockThatComesTwice() {
        int end = entries.indexOf(new L2BlockEnd(BLOCK));
        entries.repeat(block - 1, end - block + 2);
        assertFaults("block-order " + (end + 2));
    }

    @Test
    void theStartOfABlockIsMissing() {
        int start = transaction - 1;
        assertThat(entries.get(start, L2Block.class)).isNotNull();
        entries.remove(start);
        assertFaults("outside-block " + start);
    }

    @Test
    void theNumberOfABlock() {
        L2Block header = entries.get(block, L2Block.class);
        entries.set(block, builder(777, header.batchNumber()));
        assertFaults("block-order " + block);
    }

    private static L2Block builder(long number, long batchNumber) {
        return L2Block.builder(number, batchNumber).timestamp(1_700_000_000).build();
    }

    @Test
    void theBatchOfABlock() {
        entries.set(block, builder(BLOCK, 3));
        assertFaults("wrong-batch " + block);
    }

    @Test
    void theStartOfABatchIsMissing() {
        entries.remove(batch);
        // The block's bookmark stands there now, and its start behind it.
        assertFaults("outside-batch " + (batch + 1));
    }

    @Test
    void theStartOfABatchAndItsBookmarkAreMissing() {
        entries.remove(batch - 1, 2);
        assertFaults("outside-batch " + batch);
    }

    @Test
    void theEndOfABatchIsMissing() {
        assertThat(entries.get(batch - 2, BatchEnd.class)).isNotNull();
        entries.remove(batch - 2);
        assertFaults("missing-batch-end " + (batch - 1));
    }

    @Test
    void theEndOfAnotherBatch() {
        BatchEnd end = entries.get(batch - 2, BatchEnd.class);
        entries.set(batch - 2, new BatchEnd(end.number() + 5, end.localExitRoot(), end.stateRoot()));
        assertFaults("wrong-batch-end " + (batch - 2));
    }

    @Test
    void aBatchJumps() {
        BatchStart start = entries.get(batch, BatchStart.class);
        entries.set(batch, new BatchStart(start.number() + 5, start.type(), start.forkId(), start.chainId()));
        assertFaults("batch-order " + batch);
    }

    @Test
    void aWholeBatchIsMissing() {
        int next = entries.next(batch + 1, BatchStart.class);
        int blocks = next - 1;
        entries.remove(batch - 1, blocks - batch + 1);
        int start = batch;
        // Its blocks are missing too.
        assertFaults("batch-order " + start, "block-order " + (start + 2));
    }

    @Test
    void bookmarks() {
        entries.remove(block - 1);
        assertFaults("missing-bookmark " + (block - 1));

        entries = original.copy();
        entries.remove(batch - 1);
        file = folder.resolve("batch-bookmark");
        assertFaults("missing-bookmark " + (batch - 1));

        entries = original.copy();
        entries.set(block - 1, new ZkevmBookmark(BookmarkType.L2_BLOCK, 4));
        file = folder.resolve("another-block");
        assertFaults("wrong-bookmark " + (block - 1));

        entries = original.copy();
        entries.set(block - 1, new ZkevmBookmark(BookmarkType.BATCH, BLOCK));
        file = folder.resolve("another-type");
        assertFaults("wrong-bookmark " + (block - 1));

        entries = original.copy();
        entries.set(batch - 1, new ZkevmBookmark(BookmarkType.BATCH, 4));
        file = folder.resolve("another-batch");
        assertFaults("wrong-bookmark " + (batch - 1));
    }

    @Test
    void theEndOfABlockIsMissing() {
        int end = entries.indexOf(new L2BlockEnd(BLOCK));
        entries.remove(end);
        int next = entries.next(end, L2Block.class);
        assertFaults("missing-block-end " + next);
    }

    @Test
    void theEndOfAnotherBlock() {
        int end = entries.indexOf(new L2BlockEnd(BLOCK));
        entries.set(end, new L2BlockEnd(BLOCK - 1));
        assertFaults("wrong-block-end " + end);
    }

    @Test
    void theTransactionOfAnotherBlock() {
        Transaction other = entries.get(transaction, Transaction.class);
        entries.set(
                transaction,
                new Transaction(
                        other.l2BlockNumber() + 1,
                        other.encoded(),
                        other.effectiveGasPricePercentage(),
                        other.imStateRoot()));
        assertFaults("wrong-block " + transaction);
    }

    @Test
    void aTransactionBehindTheEndOfItsBlock() {
        int end = entries.next(transaction, L2BlockEnd.class);
        entries.move(transaction, end);
        assertFaults("outside-block " + end);
    }

    @Test
    void bytesThatCannotBeDecoded() {
        for (int index : new int[] {block - 1, block, batch - 2, batch - 1, batch, transaction, transaction + 1}) {
            entries = original.copy();
            int type = original.type(index);
            entries.set(index, type, (byte) 0xff, (byte) 0xff);
            file = folder.resolve("undecodable-" + index);
            assertFaults("bad-entry " + index);
        }
    }

    @Test
    void aTransactionThatCannotBeDecoded() {
        Transaction good = entries.get(transaction, Transaction.class);
        byte[] cut = Arrays.copyOf(good.encoded().toArray(), good.encoded().length() - 1);
        entries.set(
                transaction,
                new Transaction(
                        good.l2BlockNumber(), Bytes.of(cut), good.effectiveGasPricePercentage(), good.imStateRoot()));
        assertFaults("bad-transaction " + transaction);
    }

    @Test
    void aDamagedPage() {
        entries.write(file);
        Net8Entries.patch(file, Net8Entries.position(file, block) + 1, (byte) 0x7f);
        assertThat(faults()).containsExactly("damaged " + block);
    }

    @Test
    void severalFaultsAreToldInTheirOrder() {
        entries.set(transaction, 3, (byte) 0xff);
        entries.set(batch, 1, (byte) 0xff);
        entries.remove(block - 1);
        assertFaults("bad-entry " + transaction, "missing-bookmark " + (block - 1), "bad-entry " + (batch - 1));
    }
}
