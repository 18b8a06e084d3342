package io.sluice.storage;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What one file of a {@link SimulatedDisk} holds: for those who read it, and, apart from that, on the disk. A sector of the
 * disk is copied when it is first written over, so that a small change of a large file costs little.
 */
final class SimulatedContent {
    static final int SECTOR_BYTES = 512;

    private byte[] current = new byte[0];

    /** What the disk holds of those sectors that are, or may be, others for readers. */
    private final Map<Integer, byte[]> onDisk = new HashMap<>();

    private int lengthOnDisk;

    /** What was written since the file was forced. */
    private final List<Change> unforced = new ArrayList<>();

    /** Whether a force has failed: there can be sectors that no later force brings to the disk. */
    private boolean forceFailed;

    /** Bytes at a position, or, without bytes, a length. */
    private record Change(int position, byte[] bytes, boolean isLength) {
        int end() {
            return position + bytes.length;
        }
    }

    /** What readers see; a change of it is one of both sides, as long as the sector is forced. */
    byte[] current() {
        return current;
    }

    boolean isForced() {
        return unforced.isEmpty();
    }

    int read(ByteBuffer target, long position) {
        int count = (int) Math.max(0, Math.min(target.remaining(), current.length - position));
        if (count > 0) {
            target.put(current, (int) position, count);
        }
        return count;
    }

    void write(byte[] bytes, long position) {
        change(new Change((int) position, bytes, false));
    }

    void setLength(long length) {
        if (length != current.length) {
            change(new Change((int) length, new byte[0], true));
        }
    }

    private void change(Change change) {
        int end = change.isLength() ? current.length : change.end();
        for (int sector = change.position() / SECTOR_BYTES; sector * SECTOR_BYTES < end; sector++) {
            onDisk.computeIfAbsent(sector, key -> sectorOf(current, key));
        }
        current = applied(current, change);
        unforced.add(change);
    }

    private static byte[] sectorOf(byte[] content, int sector) {
        int from = Math.min(sector * SECTOR_BYTES, content.length);
        return Arrays.copyOf(
                Arrays.copyOfRange(content, from, Math.min(from + SECTOR_BYTES, content.length)), SECTOR_BYTES);
    }

    private static byte[] applied(byte[] old, Change change) {
        if (change.isLength()) {
            return Arrays.copyOf(old, change.position());
        }
        byte[] result = old.length < change.end() ? Arrays.copyOf(old, change.end()) : old;
        System.arraycopy(change.bytes(), 0, result, change.position(), change.bytes().length);
        return result;
    }

    /** What was written since the last force, and the sectors around it, come to the disk. */
    void force() {
        if (!forceFailed) {
            onDisk.clear();
            lengthOnDisk = current.length;
        } else {
            unforced.forEach(this::forceSectors);
        }
        unforced.clear();
    }

    private void forceSectors(Change change) {
        if (change.isLength()) {
            lengthOnDisk = current.length;
        } else {
            lengthOnDisk = Math.max(lengthOnDisk, Math.min(change.end(), current.length));
        }
        int end = change.isLength() ? current.length : change.end();
        for (int sector = change.position() / SECTOR_BYTES; sector * SECTOR_BYTES < end; sector++) {
            onDisk.remove(sector);
        }
    }

    /**
     * A force fails: any part of what was written comes to the disk. The rest is taken for written and no later force brings
     * it there, as Linux has it; readers still see it, or do not.
     */
    void failForce(Random random) {
        byte[] survivor = survivor(random);
        byte[] seen = random.nextBoolean() ? current : survivor;
        unforced.clear();
        onDisk.clear();
        lengthOnDisk = survivor.length;
        current = seen;
        forceFailed = true;
        for (int at = 0; at < Math.max(seen.length, survivor.length); at += SECTOR_BYTES) {
            byte[] written = sectorOf(survivor, at / SECTOR_BYTES);
            if (!Arrays.equals(written, sectorOf(seen, at / SECTOR_BYTES))) {
                onDisk.put(at / SECTOR_BYTES, written);
            }
        }
    }

    /** The power goes: readers see what the disk has. */
    void cutPower(Random random) {
        current = survivor(random);
        lengthOnDisk = current.length;
        onDisk.clear();
        unforced.clear();
        forceFailed = false;
    }

    /** What the disk has, with any part of what was not forced, torn at sectors, in any order. */
    private byte[] survivor(Random random) {
        byte[] survivor = Arrays.copyOf(current, lengthOnDisk);
        for (Map.Entry<Integer, byte[]> sector : onDisk.entrySet()) {
            int from = sector.getKey() * SECTOR_BYTES;
            int count = Math.min(SECTOR_BYTES, survivor.length - from);
            if (count > 0) {
                System.arraycopy(sector.getValue(), 0, survivor, from, count);
            }
        }
        List<Change> changes = new ArrayList<>(unforced);
        if (random.nextBoolean()) {
            Collections.shuffle(changes, random);
        }
        int luck = random.nextInt(101);
        for (Change change : changes) {
            for (Change part : sectors(change)) {
                if (random.nextInt(100) < luck) {
                    survivor = applied(survivor, part);
                }
            }
        }
        return survivor;
    }

    private static List<Change> sectors(Change change) {
        if (change.isLength()) {
            return List.of(change);
        }
        List<Change> parts = new ArrayList<>();
        int from = 0;
        while (from < change.bytes().length) {
            int position = change.position() + from;
            int to = Math.min(change.bytes().length, from + SECTOR_BYTES - position % SECTOR_BYTES);
            parts.add(new Change(position, Arrays.copyOfRange(change.bytes(), from, to), false));
            from = to;
        }
        return parts;
    }
}
