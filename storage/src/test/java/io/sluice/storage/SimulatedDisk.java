package io.sluice.storage;

import io.sluice.storage.SimulatedFaults.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that keeps apart what was written and what was forced, of bytes and of names (docs/crash-model.md). A
 * power cut lets any part of what was not forced survive: of bytes torn at sectors, in any order; of each name, apart from
 * the others, any state that it had. Calls fail when {@link SimulatedFaults} says so.
 */
final class SimulatedDisk implements Disk {
    /** The disk was told to fail from here on: the process is as good as dead. */
    static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1;

        Crash() {
            super("the simulated process has died", null, false, false);
        }
    }

    /** What a folder's name leads to. */
    private static final SimulatedContent FOLDER = new SimulatedContent();

    private final Map<Path, Name> names = new TreeMap<>();
    private final Set<Path> locks = new HashSet<>();
    private final SimulatedFaults faults = new SimulatedFaults();
    private final Random random;
    private int boots;
    private IntPredicate writeFails = call -> false;
    private String failure = "";
    private int writes;
    private final Map<Path, String> failingFiles = new HashMap<>();
    private ForceListener forced = (path, content) -> {};

    /** Hears of files that were forced. */
    interface ForceListener {
        void forced(Path file, SimulatedContent content);
    }

    /** What a name has led to since its folder was forced, in order: the first state is on the disk, the last is seen. */
    private static final class Name {
        private final List<@Nullable SimulatedContent> states = new ArrayList<>();

        Name() {
            states.add(null);
        }

        @Nullable
        SimulatedContent current() {
            return states.get(states.size() - 1);
        }

        void lead(@Nullable SimulatedContent content) {
            states.add(content);
        }

        void keepOnly(@Nullable SimulatedContent state) {
            states.clear();
            states.add(state);
        }
    }

    SimulatedDisk() {
        this(new Random(1));
    }

    /** @param random decides what is left of calls that fail */
    SimulatedDisk(Random random) {
        this.random = random;
    }

    SimulatedFaults faults() {
        return faults;
    }

    void onForce(ForceListener listener) {
        forced = listener;
    }

    /** Lets the disk fail for good at the n-th call from now. */
    void crashAfter(int calls) {
        faults.crashAfter(calls, false);
    }

    /** Lets the disk fail for good at the first force after n calls: that is when most can be lost. */
    void crashAtForceAfter(int calls) {
        faults.crashAfter(calls, true);
    }

    boolean hasCrashed() {
        return faults.hasCrashed();
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
        faults.restart();
    }

    /** The power goes: of what was not forced, this seed decides. */
    void cutPower(Random seed) {
        killProcess();
        boots++;
        int luck = seed.nextInt(3);
        for (Name name : names.values()) {
            int last = name.states.size() - 1;
            int kept = luck == 0 ? 0 : luck == 1 ? last : seed.nextInt(last + 1);
            name.keepOnly(name.states.get(kept));
        }
        names.forEach((path, name) -> {
            if (!isThere(path.getParent())) {
                name.keepOnly(null);
            }
        });
        Set<SimulatedContent> cut = new HashSet<>();
        for (Name name : names.values()) {
            SimulatedContent content = name.current();
            if (content != null && cut.add(content)) {
                content.cutPower(seed);
            }
        }
    }

    /** A folder that nobody made through this disk was there before. */
    private boolean isThere(@Nullable Path folder) {
        return folder == null || !names.containsKey(folder) || exists(folder);
    }

    /** What a file holds. */
    byte[] content(Path file) {
        return found(file).current();
    }

    /** All files, in an order that repeats. */
    List<Path> files() {
        return names.keySet().stream()
                .filter(path -> exists(path) && current(path) != FOLDER)
                .toList();
    }

    private @Nullable SimulatedContent current(Path file) {
        Name name = names.get(file);
        return name == null ? null : name.current();
    }

    private SimulatedContent found(Path file) {
        SimulatedContent content = current(file);
        if (content == null) {
            throw new IllegalArgumentException(file + " is not there");
        }
        return content;
    }

    private Name name(Path file) {
        return names.computeIfAbsent(file, key -> new Name());
    }

    @Override
    public DiskFile openToRead(Path file) throws IOException {
        faults.call(Kind.OPEN, file);
        SimulatedContent content = current(file);
        if (content == null) {
            throw new NoSuchFileException(file.toString());
        }
        return new OpenFile(file, content);
    }

    @Override
    public DiskFile openToWrite(Path file) throws IOException {
        SimulatedContent content = current(file);
        faults.call(content == null ? Kind.CREATE : Kind.OPEN, file);
        if (content == null) {
            if (!isThere(file.getParent())) {
                throw new NoSuchFileException(file.toString());
            }
            content = new SimulatedContent();
            name(file).lead(content);
        }
        return new OpenFile(file, content);
    }

    @Override
    public Path realPath(Path file) {
        return file;
    }

    @Override
    public boolean exists(Path file) {
        return current(file) != null;
    }

    @Override
    public void createFolder(Path folder) throws IOException {
        faults.call(Kind.CREATE_FOLDER, folder);
        if (!exists(folder)) {
            name(folder).lead(FOLDER);
        }
    }

    @Override
    public void delete(Path file) throws IOException {
        faults.call(Kind.DELETE, file);
        if (exists(file)) {
            name(file).lead(null);
        }
    }

    @Override
    public void move(Path file, Path target) throws IOException {
        faults.call(Kind.MOVE, file);
        SimulatedContent moved = current(file);
        if (moved == null) {
            throw new NoSuchFileException(file.toString());
        }
        name(file).lead(null);
        name(target).lead(moved);
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        faults.call(Kind.FORCE_FOLDER, folder);
        names.forEach((path, name) -> {
            if (folder.equals(path.getParent())) {
                name.keepOnly(name.current());
            }
        });
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        faults.call(Kind.LOCK, file);
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
        private final SimulatedContent content;

        OpenFile(Path path, SimulatedContent content) {
            this.path = path;
            this.content = content;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            if (faults.fails(Kind.READ, path, position, target.remaining())) {
                throw faults.failure();
            }
            return content.read(target, position);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            boolean fails = faults.fails(Kind.WRITE, path, position, source.remaining());
            if (writeFails.test(writes++)) {
                throw SimulatedFaults.failure(failure);
            }
            if (failingFiles.containsKey(path)) {
                throw SimulatedFaults.failure(failingFiles.get(path));
            }
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            content.write(fails ? partOf(bytes, position) : bytes, position);
            if (fails) {
                throw faults.failure();
            }
        }

        /** A write that fails has written nothing, or a part that ends where a sector does. */
        private byte[] partOf(byte[] bytes, long position) {
            int length = random.nextInt(bytes.length + 1);
            long end = (position + length) / SimulatedContent.SECTOR_BYTES * SimulatedContent.SECTOR_BYTES;
            return Arrays.copyOf(bytes, (int) Math.max(0, Math.min(length, end - position)));
        }

        @Override
        public void force() throws IOException {
            if (faults.fails(Kind.FORCE, path, 0, 0)) {
                content.failForce(random);
                throw faults.failure();
            }
            content.force();
            forced.forced(path, content);
        }

        @Override
        public long length() {
            return content.current().length;
        }

        @Override
        public void setLength(long length) throws IOException {
            if (faults.fails(Kind.SET_LENGTH, path, length, 0)) {
                throw faults.failure();
            }
            content.setLength(length);
        }

        @Override
        public void close() {}
    }
}
