package io.sluice.samples;

import io.sluice.client.EntryBatch;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.StreamFollower;
import io.sluice.core.Entry;
import io.sluice.zkevm.BatchAssembler;
import io.sluice.zkevm.BlockAssembler;
import io.sluice.zkevm.Bookmarks;
import io.sluice.zkevm.Generation;
import io.sluice.zkevm.L2Block;
import io.sluice.zkevm.StreamCheck;
import io.sluice.zkevm.StreamSummary;
import io.sluice.zkevm.Transaction;
import io.sluice.zkevm.WholeBatch;
import io.sluice.zkevm.WholeBlock;
import io.sluice.zkevm.ZkevmEntry;
import io.sluice.zkevm.tx.SignedTransaction;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Receives the blocks of a zkEVM's stream from one of them on, and takes their transactions apart. */
public final class ReadBlocks {
    private ReadBlocks() {}

    /** Takes the host and port of a server, and the numbers of the first and the last block. */
    public static void main(String[] args) {
        if (args.length != 4) {
            throw new IllegalArgumentException("Usage: ReadBlocks HOST PORT FIRST LAST");
        }
        InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        run(server, Long.parseLong(args[2]), Long.parseLong(args[3]), System.out);
    }

    /** Follows until the last block came. */
    public static void run(InetSocketAddress server, long first, long last, PrintStream out) {
        FollowFrom from = FollowFrom.bookmark(Bookmarks.l2Block(first));
        BlockAssembler assembler = BlockAssembler.strict(Generation.PROTOBUF);
        try (StreamFollower follower = StreamFollower.open(server, from, FollowOptions.defaults())) {
            while (true) {
                EntryBatch batch = follower.next(Duration.ofSeconds(1));
                if (batch == null) {
                    continue; // Nothing was committed for a second, which is no fault.
                }
                for (Entry entry : batch) {
                    WholeBlock block = assembler.add(entry).orElse(null);
                    if (block != null) {
                        print(block, out);
                        if (block.header().number() == last) {
                            return;
                        }
                    }
                }
            }
        }
    }

    private static void print(WholeBlock block, PrintStream out) {
        out.println("block " + block.header().number() + " of batch "
                + block.header().batchNumber() + ", from entry " + block.firstEntry());
        for (Transaction transaction : block.transactions()) {
            SignedTransaction signed = SignedTransaction.decode(transaction.encoded());
            out.println("  " + signed.hash() + " of " + signed.sender());
        }
    }

    /** One entry after the other, whatever the generation of the stream. */
    static long countTransactions(List<Entry> entries) {
        Generation generation = Generation.detect(entries).orElseThrow();
        long count = 0;
        for (Entry entry : entries) {
            ZkevmEntry typed = generation.decode(entry);
            if (typed instanceof Transaction transaction) {
                count += transaction.valid() ? 1 : 0;
            } else if (typed instanceof L2Block block && block.number() == 0) {
                count = 0;
            }
        }
        return count;
    }

    /** Whole batches; what is wrong is noted, and costs the batch it is in. */
    static List<WholeBatch> batches(List<Entry> entries, PrintStream problems) {
        BatchAssembler assembler = BatchAssembler.goingOn(Generation.PROTOBUF, problems::println);
        List<WholeBatch> batches = new ArrayList<>();
        for (Entry entry : entries) {
            assembler.add(entry).ifPresent(batches::add);
        }
        return batches;
    }

    /** Everything that is wrong with a whole stream, and what it holds. */
    static StreamSummary check(List<Entry> entries, PrintStream out) {
        StreamCheck check = new StreamCheck(out::println);
        entries.forEach(check::add);
        StreamSummary summary = check.finish();
        out.println(summary.blocks() + " blocks, " + summary.faultCount() + " faults");
        return summary;
    }
}
