package io.sluice.cli;

import io.sluice.client.EntryBatch;
import io.sluice.core.EntryFormat;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Entries after a stored place that were written before it was stored: they come once more, are compared, and are not
 * written again. --until makes such places, within what the library gives at a time.
 *
 * <p><b>Threading:</b> one thread.
 */
final class AlreadyWritten {
    private final String expected;
    private final MessageDigest digest = sha256();
    private long remaining;

    AlreadyWritten(long count, String expected) {
        this.remaining = count;
        this.expected = expected;
    }

    /** Nothing was written after the place. */
    static AlreadyWritten nothing() {
        return new AlreadyWritten(0, StoredPlace.NONE);
    }

    /** Whether all of them have come. */
    boolean hasPassed() {
        return remaining == 0;
    }

    /**
     * Takes those that a batch begins with.
     *
     * @return how many these are
     * @throws CommandFailure when they are not what was written
     */
    long take(EntryBatch batch) {
        if (hasPassed()) {
            return 0;
        }
        long count = Math.min(remaining, batch.count());
        digest.update(first(batch, count));
        remaining -= count;
        if (hasPassed() && !HexFormat.of().formatHex(digest.digest()).equals(expected)) {
            throw CommandFailure.failed("The stream has another history: the entries before "
                    + Words.unsigned(batch.firstNumber() + count) + " are not those that were written."
                    + " To start anew, remove the resume file and the output.");
        }
        return count;
    }

    /** What to expect when the first entries of a batch, and no others, were written after a place. */
    static String digestOf(EntryBatch batch, long count) {
        MessageDigest digest = sha256();
        digest.update(first(batch, count));
        return HexFormat.of().formatHex(digest.digest());
    }

    private static ByteBuffer first(EntryBatch batch, long count) {
        batch.rewind();
        int length = 0;
        for (long i = 0; i < count && batch.advance(); i++) {
            length += EntryFormat.HEADER_LENGTH + batch.dataLength();
        }
        batch.rewind();
        return batch.bytes().limit(length);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256.", e);
        }
    }
}
