package io.sluice.cli;

import io.sluice.cli.DemoChain.PlannedEntry;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Compares what was received with what was committed: each entry once, in order, none missing, all bytes equal.
 *
 * <p><b>Threading:</b> one thread.
 */
final class EntryChecker {
    /** A number that is further ahead is taken for a wrong number, not for a gap. */
    private static final long LARGEST_GAP = 1_000_000;

    private final DemoChain chain;
    private final Queue<PlannedEntry> planned = new ArrayDeque<>();
    private long due;
    private long received;
    private long missing;
    private long repeated;
    private long different;
    private @Nullable String firstProblem;

    /** @param seed that of the chain that is committed */
    EntryChecker(long seed) {
        chain = new DemoChain(seed);
    }

    /**
     * Takes an entry as it was received.
     *
     * @param data what remains in it; its position stays
     */
    void check(long number, int type, ByteBuffer data) {
        received++;
        if (number < due && number >= 0) {
            repeated++;
            problem("entry " + number + " came again");
            return;
        }
        if (number < 0 || number - due > LARGEST_GAP) {
            different++;
            problem("entry " + Words.unsigned(number) + " came where entry " + due + " was due");
            return;
        }
        if (number > due) {
            missing += number - due;
            problem("entry " + due + " is missing");
        }
        PlannedEntry expected = planned(number);
        due = number + 1;
        if (type != expected.type() || !data.equals(ByteBuffer.wrap(expected.data()))) {
            different++;
            problem("entry " + number + " is not what was committed");
        }
    }

    /** All was received that will ever be; compares with what was committed. */
    void end(long committedEntries) {
        if (due < committedEntries) {
            missing += committedEntries - due;
            problem("entry " + due + " is missing");
        } else if (due > committedEntries) {
            different += due - committedEntries;
            problem("entry " + committedEntries + " was never committed");
        }
    }

    /** How many entries were received, in whatever condition. */
    long received() {
        return received;
    }

    /** The number of the next entry. */
    long due() {
        return due;
    }

    boolean isGood() {
        return missing == 0 && repeated == 0 && different == 0;
    }

    /** What is wrong, in words. */
    String verdict() {
        return isGood()
                ? "each once, in order, with the bytes that were committed"
                : missing + " missing, " + repeated + " repeated, " + different + " different; first: " + firstProblem;
    }

    private void problem(String what) {
        if (firstProblem == null) {
            firstProblem = what;
        }
    }

    /** What was committed under a number that is due or will be. */
    private PlannedEntry planned(long number) {
        long at = due;
        while (true) {
            PlannedEntry entry = planned.poll();
            if (entry == null) {
                planned.addAll(chain.next().entries());
            } else if (at++ == number) {
                return entry;
            }
        }
    }
}
