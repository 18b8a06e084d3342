package io.sluice.storage;

import io.sluice.core.ProtocolException;
import io.sluice.core.StreamHeader;
import io.sluice.storage.StorageException.Corrupt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** The first page of a stream file: the magic bytes and the header entry (docs/file-format.md). */
final class HeaderPage {
    static final byte[] MAGIC = "polygonDATSTREAM".getBytes(StandardCharsets.US_ASCII);

    /** Where the header entry stands; all of it lies in the first 512-byte sector. */
    static final int HEADER_POSITION = MAGIC.length;

    private HeaderPage() {}

    /** Writes the whole page of a new file. */
    static void create(DiskFile file, StreamHeader header) throws IOException {
        file.write(of(header), 0);
    }

    /** The whole page. */
    static ByteBuffer of(StreamHeader header) {
        ByteBuffer page = ByteBuffer.allocate(PageLayout.HEADER_PAGE_LENGTH);
        page.put(MAGIC);
        header.putTo(page);
        return page.clear();
    }

    /** Writes the header entry in place. */
    static void write(DiskFile file, StreamHeader header) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(StreamHeader.LENGTH);
        header.putTo(bytes);
        file.write(bytes.flip(), HEADER_POSITION);
    }

    /** Writes all of the page that is not zero as it is there already. */
    static void writeAgain(DiskFile file, StreamHeader header) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_POSITION + StreamHeader.LENGTH);
        bytes.put(MAGIC);
        header.putTo(bytes);
        file.write(bytes.flip(), 0);
    }

    /** Whether the page was never written: a crash came between the creation of the file and its header. */
    static boolean isBlank(DiskFile file) throws IOException {
        ByteBuffer page = ByteBuffer.allocate(PageLayout.HEADER_PAGE_LENGTH + 1);
        int count = file.read(page, 0);
        for (int i = 0; i < count; i++) {
            if (page.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether the file begins as a stream file does, whatever follows. */
    static boolean hasMagic(DiskFile file) throws IOException {
        byte[] begin = new byte[MAGIC.length];
        file.read(ByteBuffer.wrap(begin), 0);
        return Arrays.equals(begin, MAGIC);
    }

    /**
     * Reads the header entry.
     *
     * @throws Corrupt when the page is not that of a stream file
     */
    static StreamHeader read(DiskFile file, Path path) throws IOException {
        ByteBuffer page = ByteBuffer.allocate(HEADER_POSITION + StreamHeader.LENGTH);
        int count = file.read(page, 0);
        if (count < page.capacity()) {
            throw new Corrupt(path + " is no stream file: it has " + count + " bytes, not even a whole header.");
        }
        page.flip();
        byte[] magic = new byte[MAGIC.length];
        page.get(magic);
        if (!Arrays.equals(magic, MAGIC)) {
            throw new Corrupt(path + " is no stream file: it does not begin with \"polygonDATSTREAM\".");
        }
        return readEntry(page, path);
    }

    private static StreamHeader readEntry(ByteBuffer bytes, Path path) {
        int length = bytes.getInt(bytes.position() + 1);
        if (length != StreamHeader.LENGTH) {
            throw new Corrupt(path + ": the header entry at position " + HEADER_POSITION + " says that it has "
                    + Integer.toUnsignedString(length) + " bytes, not " + StreamHeader.LENGTH + ".");
        }
        try {
            return StreamHeader.read(bytes);
        } catch (ProtocolException e) {
            throw new Corrupt(path + ": bad header entry at position " + HEADER_POSITION + ": " + e.getMessage());
        }
    }

    /** Checks that the totals can be true of a file of this length. */
    static void check(StreamHeader header, long fileLength, Path path) {
        long length = header.totalLength();
        long entries = header.totalEntries();
        if (length < PageLayout.HEADER_PAGE_LENGTH || entries < 0) {
            throw new Corrupt(path + ": the header counts " + Long.toUnsignedString(length) + " bytes and "
                    + Long.toUnsignedString(entries) + " entries, which cannot be.");
        }
        if (length > fileLength) {
            throw new Corrupt(
                    path + " is cut: the header counts " + length + " bytes, the file has " + fileLength + ".");
        }
        if ((entries == 0) != (length == PageLayout.HEADER_PAGE_LENGTH)) {
            throw new Corrupt(path + ": the header counts " + entries + " entries in " + length + " bytes.");
        }
    }
}
