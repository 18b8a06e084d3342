package io.sluice.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The real index in a real file, which does not live on the simulated disk: the stream file may be older or newer. After a
 * power cut it is as it was at some moment since it was changed or emptied last, or torn between the last two of them, or
 * gone.
 */
final class RealIndex implements OutlivingIndex {
    private final Path file;

    /** What the file held after each batch since it was changed or emptied last. */
    private final List<byte[]> states = new ArrayList<>();

    private @Nullable BookmarkIndex open;
    private int failures;
    private boolean hasFailed;

    RealIndex(Path file) {
        this.file = file;
    }

    @Override
    public BookmarkIndex open() throws IOException {
        BookmarkIndex opened = Seams.openIndex(file);
        open = opened;
        keepOnly();
        return new Kept(opened);
    }

    private void keep() {
        try {
            states.add(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void keepOnly() {
        states.clear();
        keep();
    }

    @Override
    public void killProcess() {
        leave(states.isEmpty() ? null : states.get(states.size() - 1));
    }

    @Override
    public void cutPower(Random random) {
        int count = states.size();
        boolean isTorn = random.nextBoolean() && count > 1;
        byte[] state = count == 0 || random.nextInt(8) == 0 ? null : states.get(random.nextInt(count));
        leave(isTorn ? torn(states.get(count - 2), states.get(count - 1), random) : state);
    }

    private static byte[] torn(byte[] before, byte[] after, Random random) {
        byte[] result = random.nextBoolean() ? before.clone() : after.clone();
        int sector = SimulatedContent.SECTOR_BYTES;
        for (int at = 0; at < Math.min(result.length, after.length); at += sector) {
            byte[] from = at < before.length && random.nextBoolean() ? before : after;
            System.arraycopy(from, at, result, at, Math.min(sector, Math.min(result.length, from.length) - at));
        }
        return result;
    }

    /** The process is gone: what its store would still write at its end is not written. */
    private void leave(byte @Nullable [] content) {
        try {
            if (open != null) {
                open.close();
                open = null;
            }
            if (content == null) {
                Files.deleteIfExists(file);
            } else {
                Files.write(file, content);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void failAdds(int count) {
        failures = count;
    }

    @Override
    public boolean hasFailed() {
        boolean failed = hasFailed;
        hasFailed = false;
        return failed;
    }

    @Override
    public void assertKnows(StreamModel model) {
        BookmarkIndex asked = open;
        if (asked == null) {
            return;
        }
        long end = asked.mark().entries();
        assertThat(end).as("entries that the index says it knows").isLessThanOrEqualTo(model.committed.size());
        StreamModel known = model.truncated((int) end);
        for (Bookmark bookmark : SimulatedSource.BOOKMARKS) {
            OptionalLong expected = known.bookmark(bookmark);
            assertThat(asked.newest(bookmark, Long.MAX_VALUE))
                    .as("what the index knows of %s", bookmark)
                    .isEqualTo(expected.orElse(-1));
        }
    }

    @Override
    public void plant(BookmarkIndex.Item item) {
        throw new UnsupportedOperationException("Bugs are planted in the simulated index.");
    }

    private final class Kept implements BookmarkIndex {
        private final BookmarkIndex index;

        Kept(BookmarkIndex index) {
            this.index = index;
        }

        @Override
        public Mark mark() {
            return index.mark();
        }

        @Override
        public long newest(Bookmark bookmark, long below) {
            return index.newest(bookmark, below);
        }

        @Override
        public void add(List<Item> items, Mark mark) {
            if (failures > 0) {
                failures--;
                hasFailed = true;
                throw new StorageException("the index fails on purpose");
            }
            index.add(items, mark);
            keep();
        }

        @Override
        public void change(List<Item> removed, List<Item> added, Mark mark) {
            index.change(removed, added, mark);
            keepOnly();
        }

        @Override
        public void clear() {
            index.clear();
            keepOnly();
        }

        @Override
        public void close() {
            index.close();
            open = null;
            keepOnly();
        }
    }
}
