package io.sluice.storage;

import io.sluice.core.EntryFormat;
import io.sluice.storage.StorageException.Corrupt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Knows of each page the number of its first entry and how many of its bytes are used, as far as somebody looked; and of
 * the pages asked for last, where each entry begins. All of it follows from the file, and is learnt by reading it.
 *
 * <p><b>Threading:</b> any thread. Its monitor guards what is known, and is never held while the disk is read: who reads a
 * cold page holds up only those who ask for the same one. Pages of the committed history only: who asks holds the stream's
 * history lock, so that what is learnt belongs to this history.
 */
final class PageDirectory {
    private static final long UNKNOWN = -1;

    /** Pages whose entries' places are kept: 4 bytes an entry, so some 4 MB at the worst. */
    private static final int KEPT_PAGES = 16;

    private final DiskFile file;
    private final PageLayout layout;
    private final Path path;
    private long[] firstNumbers = new long[0];
    private int[] usedLengths = new int[0];
    private final Map<Integer, PageEntries> kept = new LinkedHashMap<>(KEPT_PAGES, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, PageEntries> eldest) {
            return size() > KEPT_PAGES;
        }
    };

    PageDirectory(DiskFile file, PageLayout layout, Path path) {
        this.file = file;
        this.layout = layout;
        this.path = path;
    }

    /** Bytes of a page before its padding, or before its end; -1 when nobody knows yet. */
    synchronized int usedLength(int page) {
        return page < usedLengths.length ? usedLengths[page] : (int) UNKNOWN;
    }

    /** Somebody learnt where the entries of a page end that takes no more. */
    synchronized void learnUsedLength(int page, int length) {
        grow(page);
        usedLengths[page] = length;
    }

    /** Forgets all pages from the one on that holds this position: it ends there now, or is to be written again. */
    synchronized void forgetFrom(long position) {
        int page = layout.pageOf(position);
        for (int i = page; i < firstNumbers.length; i++) {
            firstNumbers[i] = UNKNOWN;
            usedLengths[i] = (int) UNKNOWN;
        }
        kept.keySet().removeIf(key -> key >= page);
    }

    /** Where a committed entry begins. */
    long positionOf(long number, Committed committed) throws IOException {
        if (number == committed.entries()) {
            return committed.position();
        }
        int page = pageHolding(number, committed);
        long end = Math.min(layout.pageStart(page + 1), committed.position());
        return entriesOf(page).positionOf(page, firstNumber(page), number, end);
    }

    private synchronized PageEntries entriesOf(int page) {
        return kept.computeIfAbsent(page, key -> new PageEntries());
    }

    private int pageHolding(long number, Committed committed) throws IOException {
        int low = 0;
        int high = layout.pageOf(committed.position() - 1);
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (firstNumber(middle) <= number) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private long firstNumber(int page) throws IOException {
        long known = knownFirstNumber(page);
        if (known != UNKNOWN) {
            return known;
        }
        long position = layout.pageStart(page);
        ByteBuffer header = ByteBuffer.allocate(EntryFormat.HEADER_LENGTH);
        file.readFully(header, position);
        if (EntryFormat.packetType(header, 0) != EntryFormat.PACKET_ENTRY) {
            throw new Corrupt(path + ": page " + page + " at position " + position
                    + " does not begin with an entry but with packet type " + EntryFormat.packetType(header, 0) + ".");
        }
        long number = EntryFormat.number(header, 0);
        learnFirstNumber(page, number);
        return number;
    }

    private synchronized long knownFirstNumber(int page) {
        return page < firstNumbers.length ? firstNumbers[page] : UNKNOWN;
    }

    private synchronized void learnFirstNumber(int page, long number) {
        grow(page);
        firstNumbers[page] = number;
    }

    private void grow(int page) {
        if (page >= firstNumbers.length) {
            int known = firstNumbers.length;
            int length = Math.max(page + 1, known + known / 2);
            firstNumbers = Arrays.copyOf(firstNumbers, length);
            usedLengths = Arrays.copyOf(usedLengths, length);
            Arrays.fill(firstNumbers, known, length, UNKNOWN);
            Arrays.fill(usedLengths, known, length, (int) UNKNOWN);
        }
    }

    /** Where the entries of one page begin, as far as they were committed when somebody looked. */
    private final class PageEntries {
        private int[] offsets = new int[64];
        private int count;

        /** The offset up to which the page was walked. */
        private int walked;

        /** Where an entry of this page begins; one thread at a time looks. */
        synchronized long positionOf(int page, long first, long number, long end) throws IOException {
            long index = number - first;
            if (index >= count) {
                learn(page, first, end);
            }
            // Below, or far above: the page's first entry has another number than it should.
            if (index < 0 || index >= count) {
                throw new Corrupt(path + ": entry " + number + " is not in page " + page + ", which begins with entry "
                        + first + " and has " + count + " entries.");
            }
            return layout.pageStart(page) + offsets[(int) index];
        }

        /** Walks on, from where an earlier walk ended. */
        private void learn(int page, long first, long end) throws IOException {
            long start = layout.pageStart(page);
            try {
                new EntryWalker(file, layout).walk(start + walked, first + count, end, (position, buffer, index) -> {
                    if (count == offsets.length) {
                        offsets = Arrays.copyOf(offsets, 2 * count);
                    }
                    offsets[count++] = (int) (position - start);
                    walked = (int) (position - start) + EntryFormat.length(buffer, index);
                    return true;
                });
            } catch (Corrupt e) {
                throw new Corrupt(path + ": " + e.getMessage() + ".");
            }
        }
    }
}
