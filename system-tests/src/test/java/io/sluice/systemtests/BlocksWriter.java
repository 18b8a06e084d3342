package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.StreamHeader;
import io.sluice.source.RemoteStreamSource;
import io.sluice.source.SourceOptions;
import io.sluice.storage.StreamView;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A source in a process of its own: writes the mainnet blocks, over and over until a file appears, and uses every function
 * meanwhile. What is in the stream then is told by {@link #expected}. Ends with exit code 0 if no call failed.
 */
final class BlocksWriter {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int MOST_ON_THEIR_WAY = 16;
    private static final int SMALL_OPERATION = 20;

    private final RemoteStreamSource source;
    private final SplittableRandom random;
    private final Deque<CompletableFuture<StreamHeader>> onTheirWay = new ArrayDeque<>();
    private long acknowledged;

    private BlocksWriter(RemoteStreamSource source, long seed) {
        this.source = source;
        this.random = new SplittableRandom(seed);
    }

    /** Arguments: port, seed, the file that ends it. Prints how many rounds it wrote. */
    public static void main(String[] args) throws Exception {
        InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        Path enough = Path.of(args[2]);
        List<List<Entry>> operations = operations();
        try (RemoteStreamSource source =
                RemoteStreamSource.connect(server, SourceOptions.defaults().withTimeout(PATIENCE))) {
            BlocksWriter writer = new BlocksWriter(source, Long.parseLong(args[1]));
            int rounds = 0;
            while (!Files.exists(enough)) {
                for (List<Entry> operation : operations) {
                    writer.write(operation);
                }
                writer.change();
                rounds++;
            }
            System.out.println("rounds=" + rounds);
        }
    }

    /** The operations of one round: whole blocks by turns with small parts of one. */
    static List<List<Entry>> operations() {
        List<List<Entry>> operations = new ArrayList<>();
        boolean isWhole = false;
        for (List<Entry> block : MainnetBlocks.operations()) {
            isWhole = !isWhole;
            int step = isWhole ? block.size() : SMALL_OPERATION;
            for (int i = 0; i < block.size(); i += step) {
                operations.add(block.subList(i, Math.min(block.size(), i + step)));
            }
        }
        return operations;
    }

    /** All entries of a round, in order; their numbers count. */
    static List<Entry> expected() {
        return operations().stream().flatMap(List::stream).toList();
    }

    /** How many rounds it says that it wrote. */
    static int rounds(String said) {
        return Integer.parseInt(said.strip().replace("rounds=", ""));
    }

    /** Checks that a stream holds these rounds and nothing else. */
    static void assertHolds(StreamView view, int rounds, String what) {
        List<Entry> expected = expected();
        assertThat(view.committed().entries()).as(what).isEqualTo((long) rounds * expected.size());
        for (long number = 0; number < view.committed().entries(); number++) {
            Entry entry = view.entry(number);
            Entry wanted = expected.get((int) (number % expected.size()));
            if (entry == null || entry.type() != wanted.type() || !Arrays.equals(entry.data(), wanted.data())) {
                throw new AssertionError("Entry " + number + " is " + entry + ", not " + wanted + ". " + what);
            }
        }
    }

    private void write(List<Entry> operation) throws Exception {
        if (random.nextInt(20) == 0) {
            source.startAtomicOp();
            source.addStreamBookmark(Bookmark.of((byte) 99));
            source.addStreamEntry(5, new byte[random.nextInt(5_000)]);
            source.rollbackAtomicOp();
        }
        source.startAtomicOp();
        for (Entry entry : operation) {
            add(entry);
        }
        onTheirWay.add(source.commitAtomicOpAsync());
        while (onTheirWay.size() > MOST_ON_THEIR_WAY) {
            acknowledge();
        }
        if (random.nextInt(10) == 0) {
            query();
        }
    }

    private void add(Entry entry) {
        if (entry.isBookmark()) {
            source.addStreamBookmark(Bookmark.of(entry.data()));
        } else if (random.nextInt(10) == 0) {
            // Wrong at first, and of another length.
            long number = source.addStreamEntry(entry.type(), new byte[random.nextInt(100)]);
            source.updateEntryData(number, entry.type(), entry.data());
        } else {
            source.addStreamEntry(entry.type(), entry.data());
        }
    }

    private void acknowledge() throws Exception {
        long total =
                onTheirWay.remove().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).totalEntries();
        check(total >= acknowledged, "acknowledged " + acknowledged + ", then " + total);
        acknowledged = total;
    }

    private void query() {
        long total = source.getHeader().totalEntries();
        check(total >= acknowledged, "acknowledged " + acknowledged + ", and the header says " + total);
        if (acknowledged > 0) {
            check(source.getEntry(acknowledged - 1).number() == acknowledged - 1, "another entry than asked for");
        }
    }

    /** The administrative functions, which leave everything as it was. */
    private void change() throws Exception {
        while (!onTheirWay.isEmpty()) {
            acknowledge();
        }
        long total = source.getHeader().totalEntries();
        source.startAtomicOp();
        source.addStreamEntry(6, new byte[10]);
        source.addStreamEntry(6, new byte[2_000]);
        source.commitAtomicOp();
        source.truncate(total);
        Entry last = source.getEntry(total - 1);
        source.rewriteCommittedEntry(last.number(), last.type(), last.data());
        check(source.getHeader().totalEntries() == total, "the truncation was made");
    }

    private static void check(boolean good, String otherwise) {
        if (!good) {
            throw new AssertionError(otherwise);
        }
    }
}
