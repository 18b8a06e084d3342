package io.sluice.storage;

import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import io.sluice.storage.Coverage.Damaged;
import io.sluice.storage.RepairPlan.End;
import io.sluice.storage.RepairPlan.Kept;
import io.sluice.storage.StorageException.Corrupt;
import io.sluice.storage.StorageException.Mismatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks for all that is wrong with a stream file, and for the place up to which it can be believed. Reads only.
 *
 * <p><b>Threading:</b> one thread; it keeps two pages in memory.
 */
final class RepairScan {
    private final Path path;
    private final DiskFile file;
    private final PageLayout layout;
    private final Verification.Progress progress;
    private final RepairNotes notes;
    private final List<String> faults = new ArrayList<>();
    private final long fileLength;
    private final ByteBuffer headerBytes;

    /** Where the walk has come to, by whole entries as they should be. */
    private long entries;

    private long position = PageLayout.HEADER_PAGE_LENGTH;

    RepairScan(Disk disk, Path path, DiskFile file, PageLayout layout, Verification.Progress progress)
            throws IOException {
        this.path = path;
        this.file = file;
        this.layout = layout;
        this.progress = progress;
        this.notes = new RepairNotes(disk, StreamFolder.of(path), layout);
        this.fileLength = file.length();
        this.headerBytes = bytesOfHeader(file);
    }

    /**
     * What was found.
     *
     * @param plan what there is to do
     * @param isPrefixKnown whether what stays is what it was under the generations that are known
     * @param isCheckpointWrong whether the note of a writer that did not force says what cannot be
     * @param headerBytes of the file when it was looked at
     * @param fileLength then
     */
    record Found(
            RepairPlan plan,
            boolean isPrefixKnown,
            boolean isCheckpointWrong,
            ByteBuffer headerBytes,
            long fileLength) {

        boolean writesHeader() {
            return !plan.found().equals(Optional.of(plan.repaired()));
        }

        boolean changesHistory() {
            return writesHeader() || isCheckpointWrong;
        }

        /** Whether the file still is as it was found, as far as that shows. */
        boolean isStill(DiskFile file) throws IOException {
            return file.length() == fileLength && bytesOfHeader(file).equals(headerBytes);
        }
    }

    private static ByteBuffer bytesOfHeader(DiskFile file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(HeaderPage.HEADER_POSITION + StreamHeader.LENGTH);
        file.read(bytes, 0);
        return bytes.flip();
    }

    Found run(DataStreamOptions fields) throws IOException {
        StreamHeader header = readHeader();
        StreamHeader identity = header == null ? identityOf(fields) : checked(header, fields);
        boolean totalsKnown = header != null && areTotalsPossible(header);
        long claimedPosition = totalsKnown ? identity.totalLength() : Long.MAX_VALUE;
        long claimedEntries = totalsKnown ? identity.totalEntries() : Long.MAX_VALUE;
        if (totalsKnown && claimedPosition > fileLength) {
            faults.add("it is cut: the header counts " + claimedPosition + " bytes, the file has " + fileLength);
        }
        notes.begin(claimedEntries);
        Committed claimed = new Committed(claimedPosition, claimedEntries, 0);
        Coverage coverage = walk(claimed, totalsKnown);
        Place place = end(coverage, claimed, totalsKnown);
        StreamHeader repaired = identity.withTotals(place.position(), place.entries());
        checkFileLength();
        boolean checkpointWrong = notes.isCheckpointWrong(repaired);
        if (checkpointWrong) {
            faults.add(
                    "the note of what was forced, " + notes.checkpointFile() + ", names a place where no entry ends");
        }
        boolean isPrefixKnown = !checkpointWrong
                && (notes.coveredEntries() >= place.entries()
                        || notes.holdsMark(file, claimedEntries, claimedPosition));
        RepairPlan plan = new RepairPlan(
                faults,
                Optional.ofNullable(header),
                repaired,
                place.end(),
                kept(header, repaired, place, claimed, totalsKnown));
        return new Found(plan, isPrefixKnown, checkpointWrong, headerBytes, fileLength);
    }

    /** Where the stream is to end. */
    private record Place(long entries, long position, End end) {}

    private @Nullable StreamHeader readHeader() throws IOException {
        try {
            return HeaderPage.read(file, path);
        } catch (Corrupt e) {
            String message = String.valueOf(e.getMessage());
            if (!beginsWithEntry(file)) {
                throw new Corrupt(message + " Nor does entry 0 stand at position " + PageLayout.HEADER_PAGE_LENGTH
                        + ": there is nothing to repair it from.");
            }
            faults.add("the header cannot be read: " + headerFault());
            return null;
        }
    }

    /** Whether the first page begins as that of a stream does. */
    static boolean beginsWithEntry(DiskFile file) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(EntryFormat.HEADER_LENGTH);
        int count = file.read(first, PageLayout.HEADER_PAGE_LENGTH);
        return count == EntryFormat.HEADER_LENGTH
                && EntryFormat.packetType(first, 0) == EntryFormat.PACKET_ENTRY
                && EntryFormat.length(first, 0) >= EntryFormat.HEADER_LENGTH
                && EntryFormat.length(first, 0) <= EntryFormat.PAGE_LENGTH
                && EntryFormat.number(first, 0) == 0;
    }

    private String headerFault() {
        byte[] magic = new byte[HeaderPage.MAGIC.length];
        headerBytes.get(0, magic, 0, Math.min(magic.length, headerBytes.limit()));
        return Arrays.equals(magic, HeaderPage.MAGIC)
                ? "no header entry stands at position " + HeaderPage.HEADER_POSITION
                : "the file does not begin with \"polygonDATSTREAM\"";
    }

    private StreamHeader identityOf(DataStreamOptions fields) {
        if (fields.version().isEmpty()
                || fields.systemId().isEmpty()
                || fields.streamType().isEmpty()) {
            throw new Corrupt(
                    path + ": " + faults.get(0) + ". To write it anew, its fields are wanted: the system id, the"
                            + " stream type and the version of the stream (--system-id, --stream-type and --stream-version).");
        }
        return fields.newHeader();
    }

    private StreamHeader checked(StreamHeader header, DataStreamOptions fields) {
        DataStreamOptions own = fields.version().isEmpty() ? fields.withVersion(header.version()) : fields;
        own = own.systemId().isEmpty() ? own.withSystemId(header.systemId()) : own;
        own = own.streamType().isEmpty() ? own.withStreamType(header.streamType()) : own;
        StreamHeader wished = own.newHeader().withTotals(header.totalLength(), header.totalEntries());
        if (!wished.equals(header)) {
            throw new Mismatch(path + " has version " + header.version() + ", system id "
                    + Long.toUnsignedString(header.systemId()) + " and stream type "
                    + Long.toUnsignedString(header.streamType()) + ": its header can be read, and keeps its fields.");
        }
        return header;
    }

    private boolean areTotalsPossible(StreamHeader header) {
        long length = header.totalLength();
        long count = header.totalEntries();
        boolean possible = length >= PageLayout.HEADER_PAGE_LENGTH
                && count >= 0
                && (count == 0) == (length == PageLayout.HEADER_PAGE_LENGTH)
                && count <= length / EntryFormat.HEADER_LENGTH;
        if (!possible) {
            faults.add("the header counts " + Long.toUnsignedString(length) + " bytes and "
                    + Long.toUnsignedString(count) + " entries, which cannot be");
        }
        return possible;
    }

    private Coverage walk(Committed claimed, boolean totalsKnown) throws IOException {
        long to = Math.max(position, Math.min(claimed.position(), fileLength));
        try (RepairNotes.Records records = notes.records(claimed)) {
            OperationCheck check = new OperationCheck(file, layout, claimed, records::next);
            Optional<String> fault = walk(check, to);
            check.rest();
            progress.walked(position, to);
            if (totalsKnown && fault.isPresent()) {
                faults.add(fault.get());
            } else if (totalsKnown && entries != claimed.entries()) {
                faults.add("the header counts " + claimed.entries() + " entries, the file holds " + entries);
            }
            boolean isChanged = totalsKnown && !notes.holdsMark(file, claimed.entries(), claimed.position());
            return isChanged && fault.isEmpty()
                    ? check.coverageOfChanged()
                    : check.coverage(isChanged, Optional.empty());
        }
    }

    private Optional<String> walk(OperationCheck check, long to) throws IOException {
        try {
            new EntryWalker(file, layout).walk(position, 0, to, (at, buffer, index) -> {
                if (layout.offset(at) == 0) {
                    progress.walked(at, to);
                }
                notes.entryBegins(at, entries);
                check.entry(at, buffer, index);
                entries++;
                position = at + EntryFormat.length(buffer, index);
                notes.entryBegins(position, entries);
                return true;
            });
            // Padding up to the end counts.
            position = to;
            return Optional.empty();
        } catch (Corrupt e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** Finds where the stream ends before the first fault. */
    private Place end(Coverage coverage, Committed claimed, boolean totalsKnown) {
        Damaged damaged =
                coverage.damaged().isEmpty() ? null : coverage.damaged().get(0);
        boolean isDamaged = damaged != null && damaged.firstEntry() < entries;
        if (damaged != null && totalsKnown) {
            faults.add((damaged.isOperation() ? "the operation of entries " : "entries ") + damaged.firstEntry()
                    + " to "
                    + damaged.lastEntry() + ", from position " + damaged.position() + " to " + damaged.endPosition()
                    + (damaged.isOperation() ? ", does not have the bytes that were committed" : ", has changed"));
        }
        if (isDamaged && damaged != null) {
            entries = damaged.firstEntry();
            position = damaged.position();
        } else if (totalsKnown && position == claimed.position()) {
            return new Place(entries, position, End.UNCHANGED);
        }
        return atOperation();
    }

    private Place atOperation() {
        RepairNotes.Boundary boundary = notes.boundaryAt(entries);
        return switch (boundary.kind()) {
            case HERE -> new Place(entries, position, End.OPERATION);
            case BEFORE -> new Place(boundary.entries(), boundary.position(), End.OPERATION);
            case INTERRUPTED -> new Place(boundary.entries(), boundary.position(), End.ENTRY);
            case UNKNOWN -> new Place(entries, position, entries == 0 ? End.OPERATION : End.ENTRY);
        };
    }

    /** The Go servers refuse a file that ends within a page. */
    private void checkFileLength() {
        if (faults.isEmpty() && layout.offset(fileLength) != 0) {
            faults.add("the file has " + fileLength + " bytes, which is not the header page and whole pages of "
                    + layout.pageLength());
        }
    }

    private List<Kept> kept(
            @Nullable StreamHeader header, StreamHeader repaired, Place place, Committed claimed, boolean totalsKnown)
            throws IOException {
        List<Kept> kept = new ArrayList<>();
        if (repaired.equals(header)) {
            return kept;
        }
        add(kept, 0, Math.min(PageLayout.HEADER_PAGE_LENGTH, fileLength));
        if (place.end() != End.UNCHANGED) {
            boolean endKnown = totalsKnown && claimed.position() <= fileLength;
            add(kept, place.position(), endKnown ? claimed.position() : endOfBytes(place));
        }
        return kept;
    }

    private void add(List<Kept> kept, long from, long to) {
        if (from < to) {
            kept.add(new Kept(from, to, KeptRanges.nameOf(path, from, to)));
        }
    }

    /** Where the zeros begin that the file ends with: nobody knows how far it was committed. */
    private long endOfBytes(Place place) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(EntryFormat.PAGE_LENGTH);
        long end = fileLength;
        while (end > place.position()) {
            int length = (int) Math.min(chunk.capacity(), end - place.position());
            chunk.clear().limit(length);
            file.readFully(chunk, end - length);
            for (int i = length - 1; i >= 0; i--) {
                if (chunk.get(i) != 0) {
                    return end - length + i + 1;
                }
            }
            end -= length;
        }
        return end;
    }
}
