package io.sluice.zkevm;

import io.sluice.core.Entry;
import io.sluice.zkevm.ZkevmException.BadEntry;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * How the entries of a stream lie. A stream is of one generation from its first entry to its last; nothing in its
 * header tells which.
 *
 * <p><b>Threading:</b> stateless.
 *
 * <p><b>Failure:</b> {@link ZkevmException.BadEntry}, with the entry's number.
 */
public enum Generation {
    /** Since June 2024: messages of the package {@code datastream.v1}. */
    PROTOBUF {
        @Override
        public ZkevmEntry decode(Entry entry) {
            return ProtobufFormat.decode(entry);
        }
    },

    /** From 26 January to June 2024: fixed layouts, big-endian. Read only. */
    BIG_ENDIAN {
        @Override
        public ZkevmEntry decode(Entry entry) {
            return FixedFormat.decode(entry, ByteOrder.BIG_ENDIAN);
        }
    },

    /** Before 26 January 2024: fixed layouts, little-endian. Read only. */
    LITTLE_ENDIAN {
        @Override
        public ZkevmEntry decode(Entry entry) {
            return FixedFormat.decode(entry, ByteOrder.LITTLE_ENDIAN);
        }
    };

    /**
     * What an entry says.
     *
     * @return an {@link UnknownEntry} for a type that this generation does not know
     * @throws ZkevmException.BadEntry when its bytes are not what its type says they are
     */
    public abstract ZkevmEntry decode(Entry entry);

    /**
     * The generation of the stream that these entries are from: that of the first one that only one generation can
     * read. Bookmarks tell messages from fixed layouts. The two fixed layouts are told apart by lengths, which
     * bookmarks and ends of blocks do not have; the first start of a block or transaction decides.
     *
     * @param entries looked at only as far as is needed: some 3 entries, if they begin at a bookmark
     * @return empty when none of them tells
     */
    public static Optional<Generation> detect(Iterable<Entry> entries) {
        for (Entry entry : entries) {
            Optional<Generation> told = of(entry);
            if (told.isPresent()) {
                return told;
            }
        }
        return Optional.empty();
    }

    /** What this entry tells, without those around it: the generation, if there is only one that can read it. */
    private static Optional<Generation> of(Entry entry) {
        Generation only = null;
        for (Generation generation : values()) {
            if (generation.canRead(entry)) {
                if (only != null) {
                    return Optional.empty();
                }
                only = generation;
            }
        }
        return Optional.ofNullable(only);
    }

    private boolean canRead(Entry entry) {
        if (this == PROTOBUF) {
            return ProtobufFormat.fits(entry);
        }
        try {
            return !(decode(entry) instanceof UnknownEntry);
        } catch (BadEntry e) {
            return false;
        }
    }
}
