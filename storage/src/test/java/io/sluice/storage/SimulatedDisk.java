package io.sluice.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that keeps apart what was written and what was forced. A power cut lets any part of the unforced
 * writes survive, torn at sectors, in any order.
 */
final class SimulatedDisk implements Disk {
    private static final int SECTOR_BYTES = 512;

    /** The disk was told to fail from here on: the process is as good as dead. */
    static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private final Map<Path, Content> files = new HashMap<>();
    private final Set<Path> locks = new HashSet<>();
    private int boots;
    private int callsUntilCrash = Integer.MAX_VALUE;
    private boolean crashesAtForce;
    private boolean crashed;
    private IntPredicate writeFails = call -> false;
    private String failure = "";
    private int writes;
    private final Map<Path, String> failingFiles = new HashMap<>();

    /** Names that were changed and not forced, in order. */
    private final List<Move> unforcedMoves = new ArrayList<>();

    private record Move(
            Path from, Path to, Content moved, @Nullable Content replaced) {}

    /** One change that was not forced: bytes at a position, or a length. */
    private record Change(long position, byte[] bytes, boolean isLength) {}

    private static final class Content {
        private byte[] current = new byte[0];
        private byte[] forced = new byte[0];
        private final List<Change> unforced = new ArrayList<>();

        void apply(Change change) {
            current = applied(current, change);
        }

        static byte[] applied(byte[] old, Change change) {
            if (change.isLength()) {
                return Arrays.copyOf(old, (int) change.position());
            }
            int end = (int) change.position() + change.bytes().length;
            byte[] result = old.length < end ? Arrays.copyOf(old, end) : old;
            System.arraycopy(change.bytes(), 0, result, (int) change.position(), change.bytes().length);
            return result;
        }
    }

    /** Lets the disk fail for good at the n-th call from now. */
    void crashAfter(int calls) {
        callsUntilCrash = calls;
        crashesAtForce = false;
    }

    /** Lets the disk fail for good at the first force after n calls: that is when most can be lost. */
    void crashAtForceAfter(int calls) {
        callsUntilCrash = calls;
        crashesAtForce = true;
    }

    boolean hasCrashed() {
        return crashed;
    }

    /** Lets the writes fail that the predicate picks by their count from now on, with this message. */
    void failWrites(String message, IntPredicate picked) {
        failure = message;
        writeFails = picked;
        writes = 0;
    }

    /** Lets each write to this file fail with this message. */
    void failWritesTo(Path file, String message) {
        failingFiles.put(file, message);
    }

    /** Lets writes to this file get through again. */
    void healWritesTo(Path file) {
        failingFiles.remove(file);
    }

    /** The process dies: what it wrote stays, its locks go. */
    void killProcess() {
        locks.clear();
        crashed = false;
        callsUntilCrash = Integer.MAX_VALUE;
    }

    /** The power goes: of what was not forced, this seed decides. */
    void cutPower(Random random) {
        killProcess();
        boots++;
        loseMoves(random);
        for (Content content : files.values()) {
            byte[] survivor = content.forced.clone();
            List<Change> changes = new ArrayList<>(content.unforced);
            if (random.nextBoolean()) {
                Collections.shuffle(changes, random);
            }
            int luck = random.nextInt(101);
            for (Change change : changes) {
                for (Change part : sectors(change)) {
                    if (random.nextInt(100) < luck) {
                        survivor = Content.applied(survivor, part);
                    }
                }
            }
            content.current = survivor;
            content.forced = survivor.clone();
            content.unforced.clear();
        }
    }

    /** Names come to the disk in order: the last ones may be missing. */
    private void loseMoves(Random random) {
        while (!unforcedMoves.isEmpty() && random.nextBoolean()) {
            Move move = unforcedMoves.remove(unforcedMoves.size() - 1);
            files.put(move.from(), move.moved());
            if (move.replaced() == null) {
                files.remove(move.to());
            } else {
                files.put(move.to(), move.replaced());
            }
        }
        unforcedMoves.clear();
    }

    private static List<Change> sectors(Change change) {
        if (change.isLength()) {
            return List.of(change);
        }
        List<Change> parts = new ArrayList<>();
        int from = 0;
        while (from < change.bytes().length) {
            long position = change.position() + from;
            int to = (int) Math.min(change.bytes().length, from + SECTOR_BYTES - position % SECTOR_BYTES);
            parts.add(new Change(position, Arrays.copyOfRange(change.bytes(), from, to), false));
            from = to;
        }
        return parts;
    }

    /** What a file holds. */
    byte[] content(Path file) {
        return files.get(file).current;
    }

    private void call() {
        call(false);
    }

    private void call(boolean isForce) {
        callsUntilCrash--;
        if (crashed || (callsUntilCrash < 0 && (isForce || !crashesAtForce))) {
            crashed = true;
            throw new Crash();
        }
    }

    @Override
    public DiskFile openToRead(Path file) throws IOException {
        call();
        if (!files.containsKey(file)) {
            throw new NoSuchFileException(file.toString());
        }
        return new OpenFile(file, files.get(file));
    }

    @Override
    public DiskFile openToWrite(Path file) {
        call();
        return new OpenFile(file, files.computeIfAbsent(file, key -> new Content()));
    }

    @Override
    public Path realPath(Path file) {
        return file;
    }

    @Override
    public boolean exists(Path file) {
        return files.containsKey(file);
    }

    @Override
    public void createFolder(Path folder) {
        call();
    }

    @Override
    public void delete(Path file) {
        call();
        files.remove(file);
    }

    @Override
    public void move(Path file, Path target) {
        call();
        Content moved = files.remove(file);
        unforcedMoves.add(new Move(file, target, moved, files.put(target, moved)));
    }

    @Override
    public void forceFolder(Path folder) {
        call();
        unforcedMoves.clear();
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        call();
        if (!locks.add(file)) {
            throw new LockHeldException("it is locked");
        }
        return () -> locks.remove(file);
    }

    @Override
    public String bootId() {
        return "boot " + boots;
    }

    private final class OpenFile implements DiskFile {
        private final Path path;
        private final Content content;

        OpenFile(Path path, Content content) {
            this.path = path;
            this.content = content;
        }

        @Override
        public int read(ByteBuffer target, long position) {
            if (crashed) {
                throw new Crash();
            }
            int count = (int) Math.max(0, Math.min(target.remaining(), content.current.length - position));
            target.put(content.current, (int) Math.min(position, content.current.length), count);
            return count;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            call();
            if (writeFails.test(writes++)) {
                throw failure(failure);
            }
            if (failingFiles.containsKey(path)) {
                throw failure(failingFiles.get(path));
            }
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            change(new Change(position, bytes, false));
        }

        @Override
        public void force() {
            call(true);
            content.forced = content.current.clone();
            content.unforced.clear();
        }

        @Override
        public long length() {
            return content.current.length;
        }

        @Override
        public void setLength(long length) {
            call();
            change(new Change(length, new byte[0], true));
        }

        private static IOException failure(String message) {
            IOException cause = new IOException(message);
            return message.contains("No space") ? new FullException(message, cause) : cause;
        }

        private void change(Change change) {
            content.apply(change);
            content.unforced.add(change);
        }

        @Override
        public void close() {}
    }
}
