package io.sluice.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which calls of a {@link SimulatedDisk} fail, and what was called. */
final class SimulatedFaults {
    static final String IO_ERROR = "Input/output error";
    static final String FULL = "No space left on device";

    /** What is asked of a disk. */
    enum Kind {
        OPEN,
        CREATE,
        READ,
        WRITE,
        FORCE,
        SET_LENGTH,
        MOVE,
        DELETE,
        CREATE_FOLDER,
        FORCE_FOLDER,
        LOCK
    }

    /** What a disk that is full has no room for. */
    private static final Set<Kind> TAKE_ROOM =
            EnumSet.of(Kind.CREATE, Kind.WRITE, Kind.SET_LENGTH, Kind.MOVE, Kind.CREATE_FOLDER);

    private static final Set<Kind> READS = EnumSet.of(Kind.READ);
    private static final Set<Kind> CHANGES = EnumSet.complementOf(EnumSet.of(Kind.READ, Kind.LOCK));

    /** A call that failed. */
    record Hit(Kind kind, Path path, long position, boolean isFull) {}

    private final List<Hit> hits = new ArrayList<>();
    private int callsUntilCrash = Integer.MAX_VALUE;
    private boolean crashesAtForce;
    private boolean crashed;
    private Set<Kind> failing = EnumSet.noneOf(Kind.class);
    private @Nullable Path failingPath;
    private int callsUntilFault;
    private boolean isLasting;
    private boolean isFull;
    private final List<String> lines = new ArrayList<>();
    private boolean keepsLines;
    private boolean isWatching;

    /** Keeps a line for each call. */
    void keepLines() {
        keepsLines = true;
    }

    /** What was called; empty unless it was to be kept. */
    List<String> lines() {
        return lines;
    }

    /** Notes, among the calls, something else that has happened. */
    void note(String event) {
        if (keepsLines) {
            lines.add(event);
        }
    }

    void crashAfter(int calls, boolean onlyAtForce) {
        callsUntilCrash = calls;
        crashesAtForce = onlyAtForce;
    }

    boolean hasCrashed() {
        return crashed;
    }

    /** Another process begins, on a disk that is well. */
    void restart() {
        crashed = false;
        callsUntilCrash = Integer.MAX_VALUE;
        heal();
    }

    /** From now on nothing fails. */
    void pause() {
        failingPath = null;
        failing = EnumSet.noneOf(Kind.class);
    }

    /** From now on nothing fails, and what has failed is forgotten. */
    void heal() {
        pause();
        hits.clear();
    }

    /**
     * Lets a call fail.
     *
     * @param calls so many of the kinds that can fail are done before
     */
    void plan(int calls, Random random) {
        int choice = random.nextInt(8);
        isFull = choice < 3;
        failing = isFull ? TAKE_ROOM : choice == 3 ? READS : CHANGES;
        callsUntilFault = choice == 3 ? 4 * calls : calls;
        isLasting = random.nextInt(3) == 0;
    }

    /** Lets one call of this kind fail, after so many others of it. */
    void fail(Kind kind, int calls) {
        fail(kind, null, calls);
    }

    /** Lets one call of this kind fail that is about this file, after so many others. */
    void fail(Kind kind, @Nullable Path path, int calls) {
        failing = EnumSet.of(kind);
        failingPath = path;
        callsUntilFault = calls;
        isFull = false;
        isLasting = false;
    }

    /** As {@link #fail}, for want of room. */
    void full(Kind kind, int calls) {
        fail(kind, calls);
        isFull = true;
    }

    /** Begins or ends a look at the disk that is no part of what happens: nothing of it counts, and nothing fails. */
    void watch(boolean begins) {
        isWatching = begins;
    }

    /** What has failed since the disk was last well. */
    List<Hit> hits() {
        return hits;
    }

    /** A call of which nothing is done when it fails. */
    void call(Kind kind, Path path) throws IOException {
        if (fails(kind, path, 0, 0)) {
            throw failure();
        }
    }

    /** Counts a call, and says whether it fails; what is done of it then is up to the caller. */
    boolean fails(Kind kind, Path path, long position, long length) {
        if (isWatching) {
            return false;
        }
        if (keepsLines) {
            lines.add(kind + " " + path.getFileName() + " " + position + " " + length);
        }
        crash(kind);
        boolean isMeant = failing.contains(kind) && (failingPath == null || failingPath.equals(path));
        if (!isMeant || callsUntilFault-- > 0) {
            return false;
        }
        hits.add(new Hit(kind, path, position, isFull));
        note("fails: " + (isFull ? FULL : IO_ERROR));
        if (!isLasting) {
            failing = EnumSet.noneOf(Kind.class);
        }
        return true;
    }

    private void crash(Kind kind) {
        if (kind != Kind.READ) {
            callsUntilCrash--;
        }
        if (crashed || (callsUntilCrash < 0 && kind != Kind.READ && (kind == Kind.FORCE || !crashesAtForce))) {
            crashed = true;
            note("crash");
            throw new SimulatedDisk.Crash();
        }
    }

    /** What the call that has just failed throws. */
    IOException failure() {
        return failure(isFull ? FULL : IO_ERROR);
    }

    static IOException failure(String message) {
        IOException cause = new IOException(message);
        return message.contains("No space") ? new Disk.FullException(message, cause) : cause;
    }
}
