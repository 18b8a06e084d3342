package io.sluice.storage;

import io.sluice.core.Bookmark;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Bugs that a writer could have, made by a disk that leaves out calls on the stream file or changes their order. The
 * simulation has to find each of them.
 */
enum PlantedBug {
    NONE,
    /** The header that counts what was committed is not forced. */
    FORCE_IS_SKIPPED,
    /** The header is forced before the data that it counts is written. */
    HEADER_BEFORE_DATA,
    /** The index learns of bookmarks as soon as they are written. */
    BOOKMARK_BEFORE_COMMIT,
    /** Nobody waits for a force: it is done when the next call comes. */
    PUBLISH_BEFORE_FORCE,
    /** The header that a truncation writes is not forced before the bytes behind it are written over. */
    TRUNCATE_WITHOUT_FORCE;

    /** A disk on which the writer has this bug. */
    Disk plantedIn(SimulatedDisk disk, OutlivingIndex index) {
        return this == NONE ? disk : new BuggyDisk(this, disk, index);
    }

    private static final class BuggyDisk extends DelegatingDisk {
        private final PlantedBug bug;
        private final OutlivingIndex index;

        BuggyDisk(PlantedBug bug, SimulatedDisk disk, OutlivingIndex index) {
            super(disk);
            this.bug = bug;
            this.index = index;
        }

        @Override
        public DiskFile openToWrite(Path file) throws IOException {
            DiskFile opened = super.openToWrite(file);
            return file.equals(SimulatedRun.FILE) ? new BuggyFile(bug, opened, index) : opened;
        }
    }

    private static final class BuggyFile implements DiskFile {
        private final PlantedBug bug;
        private final DiskFile file;
        private final OutlivingIndex index;

        /** Data that waits for its header. */
        private final List<Held> held = new ArrayList<>();

        private long totalLength;
        private boolean isHeaderLast;
        private boolean isShorter;
        private boolean isForceDue;
        private boolean isDataForceSkipped;

        private record Held(ByteBuffer bytes, long position) {}

        BuggyFile(PlantedBug bug, DiskFile file, OutlivingIndex index) {
            this.bug = bug;
            this.file = file;
            this.index = index;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            forceLate();
            if (position < PageLayout.HEADER_PAGE_LENGTH) {
                writeHeader(source, position);
            } else if (bug == HEADER_BEFORE_DATA && position >= totalLength && source.remaining() > 1) {
                byte[] bytes = new byte[source.remaining()];
                source.get(bytes);
                held.add(new Held(ByteBuffer.wrap(bytes), position));
            } else {
                isHeaderLast = false;
                learnBookmarks(source.duplicate());
                file.write(source, position);
            }
        }

        private void writeHeader(ByteBuffer source, long position) throws IOException {
            int start = source.position() + HeaderPage.HEADER_POSITION - (int) position;
            long length = StreamHeader.read(source.duplicate().position(start)).totalLength();
            isHeaderLast = true;
            isShorter = length < totalLength;
            totalLength = length;
            file.write(source, position);
            if (!isDataForceSkipped) {
                writeHeld();
            }
        }

        private void learnBookmarks(ByteBuffer bytes) {
            int at = bytes.position();
            while (bug == BOOKMARK_BEFORE_COMMIT
                    && bytes.limit() - at > EntryFormat.HEADER_LENGTH
                    && EntryFormat.packetType(bytes, at) == EntryFormat.PACKET_ENTRY
                    && EntryFormat.length(bytes, at) >= EntryFormat.HEADER_LENGTH
                    && EntryFormat.length(bytes, at) <= bytes.limit() - at) {
                Bookmark bookmark = BookmarkScan.bookmarkAt(bytes, at);
                if (bookmark != null) {
                    index.plant(new BookmarkIndex.Item(bookmark, EntryFormat.number(bytes, at)));
                }
                at += EntryFormat.length(bytes, at);
            }
        }

        @Override
        public void force() throws IOException {
            forceLate();
            boolean isSkipped =
                    (bug == FORCE_IS_SKIPPED && isHeaderLast) || (bug == TRUNCATE_WITHOUT_FORCE && isShorter);
            if (bug == PUBLISH_BEFORE_FORCE) {
                isForceDue = true;
            } else if (!held.isEmpty() && !isHeaderLast) {
                // Waits for the header.
                isDataForceSkipped = true;
                return;
            } else if (!isSkipped) {
                file.force();
            }
            isShorter = false;
            isHeaderLast = false;
            if (isDataForceSkipped) {
                writeHeld();
                file.force();
            }
        }

        private void writeHeld() throws IOException {
            isDataForceSkipped = false;
            while (!held.isEmpty()) {
                Held first = held.remove(0);
                file.write(first.bytes(), first.position());
            }
        }

        private void forceLate() throws IOException {
            if (isForceDue) {
                isForceDue = false;
                file.force();
            }
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            writeHeld();
            return file.read(target, position);
        }

        @Override
        public long length() throws IOException {
            return file.length();
        }

        @Override
        public void setLength(long length) throws IOException {
            forceLate();
            file.setLength(length);
        }

        @Override
        public void close() throws IOException {
            forceLate();
            writeHeld();
            file.close();
        }
    }
}
