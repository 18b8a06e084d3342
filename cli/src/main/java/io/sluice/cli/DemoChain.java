package io.sluice.cli;

import io.sluice.cli.ChainBuilder.NewBlock;
import io.sluice.core.Bookmark;
import io.sluice.core.EntryFormat;
import io.sluice.zkevm.Bookmarks;
import io.sluice.zkevm.L2BlockEnd;
import io.sluice.zkevm.ProtobufEntry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A chain without end: the sample blocks, over and over, with numbers and times that go on. A seed tells when it begins,
 * and so all of its blocks: whoever receives them can make them again and compare.
 *
 * <p><b>Threading:</b> one thread.
 */
final class DemoChain {
    /** A copy of samples/blocks.jsonl, which the build puts there. */
    private static final String BLOCKS = "blocks.jsonl";

    private static final int BLOCKS_PER_BATCH = 10;
    private static final long FORK_ID = 12;
    private static final long EARLIEST = 1_000_000_000;
    private static final long POSSIBLE_BEGINNINGS = 700_000_000;
    private static final long SECONDS_PER_BLOCK = 1;

    private final List<InputBlock> samples;
    private final ChainBuilder builder = new ChainBuilder(ChainEnd.OF_NOTHING, BLOCKS_PER_BATCH, FORK_ID, null);
    private long time;
    private int position;

    DemoChain(long seed) {
        samples = samples();
        time = EARLIEST + Math.floorMod(seed, POSSIBLE_BEGINNINGS);
    }

    private static List<InputBlock> samples() {
        BlockParser parser = new BlockParser();
        try (InputStream in = DemoChain.class.getResourceAsStream(BLOCKS)) {
            if (in == null) {
                throw new IllegalStateException("The sample blocks are not in this build.");
            }
            List<InputBlock> blocks = new ArrayList<>();
            for (String line : new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .lines()
                    .toList()) {
                byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
                blocks.add(parser.parse(bytes, bytes.length));
            }
            return blocks;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An entry that is expected. */
    record PlannedEntry(int type, byte[] data) {
        private static PlannedEntry of(ProtobufEntry entry) {
            return new PlannedEntry(entry.entryType(), entry.encode());
        }

        private static PlannedEntry of(Bookmark bookmark) {
            return new PlannedEntry(EntryFormat.TYPE_BOOKMARK, bookmark.toBytes());
        }
    }

    /** A block with the start of its batch, if it is the first, and the end, if it is the last: one atomic operation. */
    record Block(NewBlock content) {
        long number() {
            return content.header().number();
        }

        /** The entries that it must become. */
        List<PlannedEntry> entries() {
            List<PlannedEntry> entries = new ArrayList<>();
            if (content.start() != null) {
                entries.add(PlannedEntry.of(Bookmarks.batch(content.start().number())));
                entries.add(PlannedEntry.of(content.start()));
            }
            entries.add(PlannedEntry.of(Bookmarks.l2Block(number())));
            entries.add(PlannedEntry.of(content.header()));
            content.transactions().forEach(transaction -> entries.add(PlannedEntry.of(transaction)));
            entries.add(PlannedEntry.of(new L2BlockEnd(number())));
            if (content.end() != null) {
                entries.add(PlannedEntry.of(content.end()));
            }
            return entries;
        }
    }

    Block next() {
        InputBlock sample = samples.get(position);
        position = (position + 1) % samples.size();
        time += SECONDS_PER_BLOCK;
        return new Block(builder.next(sample.at(time)));
    }
}
