package io.sluice.zkevm;

import java.util.Locale;

/**
 * Something that cannot be in a zkEVM's stream, as {@link StreamCheck} has found it.
 *
 * @param kind what sort of fault it is
 * @param entryNumber the entry at which it was noticed; unsigned
 * @param message what is wrong, for people, without the entry's number
 */
public record StreamFault(Kind kind, long entryNumber, String message) {
    /** The sorts of faults. */
    public enum Kind {
        /** An entry's number is beyond the one that is due. */
        ENTRY_GAP,
        /** An entry's number was there before, or an entry says the same as the one before it. */
        ENTRY_REPEAT,
        /** The data of an entry is not what its type says it is. */
        BAD_ENTRY,
        /** The signed transaction within an entry cannot be decoded. */
        BAD_TRANSACTION,
        /** The number of a block does not follow that of the block before. */
        BLOCK_ORDER,
        /** The number of a batch does not follow that of the batch before. */
        BATCH_ORDER,
        /** A transaction within another block than the one that it names. */
        WRONG_BLOCK,
        /** The end of a block within another one. */
        WRONG_BLOCK_END,
        /** A block within another batch than the one that it names. */
        WRONG_BATCH,
        /** The end of a batch within another one. */
        WRONG_BATCH_END,
        /** A transaction or an end where no block is open. */
        OUTSIDE_BLOCK,
        /** A block or an end where no batch is open. */
        OUTSIDE_BATCH,
        /** A block, or the stream, ends without the end that other blocks of the stream have. */
        MISSING_BLOCK_END,
        /** A batch starts before the last one has ended. */
        MISSING_BATCH_END,
        /** A block or a batch begins without the bookmark that others in the stream have. */
        MISSING_BOOKMARK,
        /** A bookmark names something else than what follows it. */
        WRONG_BOOKMARK,
        /** What holds the stream is damaged, so that entries may be missing. */
        DAMAGED,
        /** What sends the stream does not keep to the protocol. */
        PROTOCOL;

        private final String code = name().toLowerCase(Locale.ROOT).replace('_', '-');

        /** A name for programs, which stays as it is: {@code entry-gap}, for instance. */
        public String code() {
            return code;
        }
    }

    /** The number and the message. */
    @Override
    public String toString() {
        return "entry " + Long.toUnsignedString(entryNumber) + ": " + message;
    }
}
