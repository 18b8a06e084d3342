package io.sluice.zkevm;

import static io.sluice.zkevm.StreamNumbers.text;

import io.sluice.core.Entry;
import io.sluice.zkevm.StreamFault.Kind;
import io.sluice.zkevm.ZkevmException.BadEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Looks at all entries of a stream, from entry 0 on, and finds every fault: what cannot be, and what is missing where the
 * stream has it otherwise. Whatever real streams leave out is no fault; docs/zkevm.md tells both. It finds out the
 * generation by itself.
 *
 * <p>After a fault it finds its way again, so that one wrong entry is one fault, or few. It keeps the last entry, and no
 * others once the generation is known, however long the stream is.
 *
 * <pre>{@code
 * StreamCheck check = new StreamCheck(fault -> System.out.println(fault));
 * entries.forEach(check::add);
 * StreamSummary summary = check.finish();
 * }</pre>
 *
 * <p><b>Threading:</b> one thread at a time.
 *
 * <p><b>Failure:</b> none of its own; what the consumer throws comes out of the call that found the fault.
 */
public final class StreamCheck {
    /** So many entries at most are kept until one tells the generation. */
    private static final int MAX_WAITING = 64;

    private final FaultSink sink;
    private final Function<Bytes, Optional<String>> transactionCheck;
    private final SequenceCheck sequence;
    private final StreamTally tally = new StreamTally();
    private final Map<Kind, Long> faults = new EnumMap<>(Kind.class);
    private final List<Entry> waiting = new ArrayList<>();

    private @Nullable Generation generation;

    /** The entry that was added last. */
    private @Nullable Entry last;

    /** The number that comes next; unsigned. */
    private long due;

    /** The number that was due when another one came, instead of it or before it: it is still right, or the next one. */
    private @Nullable Long instead;

    /** Whether any number is right, since entries may be missing. */
    private boolean anyNumber;

    /** One that does not look into signed transactions. */
    public StreamCheck(Consumer<StreamFault> faults) {
        this(faults, encoded -> Optional.empty());
    }

    /**
     * One that has signed transactions checked too.
     *
     * @param faults takes each fault while the entry is added at which it is noticed
     * @param transactionCheck tells what is wrong with the field {@code encoded} of a transaction; empty when nothing is
     */
    public StreamCheck(Consumer<StreamFault> faults, Function<Bytes, Optional<String>> transactionCheck) {
        this.transactionCheck = transactionCheck;
        this.sink = fault -> {
            this.faults.merge(fault.kind(), 1L, Long::sum);
            faults.accept(fault);
        };
        this.sequence = new SequenceCheck(sink);
        sequence.begin();
    }

    /** Looks at the next entry. Its data must not be changed before the one after it was added. */
    public void add(Entry entry) {
        tally.entry();
        boolean same = last != null
                && last.type() == entry.type()
                && isKnown(entry.type())
                && Arrays.equals(last.data(), entry.data());
        boolean numbered = checkNumber(entry.number());
        last = entry;
        if (same) {
            // Nothing in a stream is said twice in a row, so that this is no second block, say.
            if (numbered) {
                sink.fault(Kind.ENTRY_REPEAT, entry.number(), "it is the same as the entry before it");
            }
            return;
        }
        if (!numbered) {
            forget();
        }
        if (generation == null) {
            await(entry);
        } else {
            look(generation, entry);
        }
    }

    private static boolean isKnown(int type) {
        return type == EntryTypes.BOOKMARK || (type >= EntryTypes.BATCH_START && type <= EntryTypes.L2_BLOCK_END);
    }

    /** Whether it is the number that is due; if not, that is a fault. */
    private boolean checkNumber(long number) {
        boolean right = anyNumber || number == due || (instead != null && (number == instead || number == instead + 1));
        if (right) {
            instead = null;
        } else {
            boolean beyond = Long.compareUnsigned(number, due) > 0;
            sink.fault(
                    beyond ? Kind.ENTRY_GAP : Kind.ENTRY_REPEAT,
                    number,
                    "it comes where entry " + text(due) + " is due" + (beyond ? ": a gap" : ": a repeat"));
            instead = due;
        }
        anyNumber = false;
        due = number + 1;
        return right;
    }

    /** Keeps it until the generation is known. */
    private void await(Entry entry) {
        waiting.add(entry);
        generation = Generation.detect(List.of(entry)).orElse(null);
        if (generation != null) {
            lookAtWaiting(generation);
        } else if (waiting.size() == MAX_WAITING) {
            generation = Generation.PROTOBUF;
            lookAtWaiting(generation);
        }
    }

    private void lookAtWaiting(Generation known) {
        waiting.forEach(entry -> look(known, entry));
        waiting.clear();
    }

    private void forget() {
        // Nobody knows how they are to be read.
        waiting.clear();
        sequence.forget();
    }

    private void look(Generation known, Entry entry) {
        try {
            ZkevmEntry typed = known == Generation.PROTOBUF ? ProtobufSkim.decode(entry) : known.decode(entry);
            tally.add(typed);
            sequence.add(entry.number(), typed);
            if (typed instanceof Transaction transaction) {
                checkTransaction(entry.number(), transaction.encoded());
            } else if (typed instanceof L2Tx transaction) {
                checkTransaction(entry.number(), transaction.encoded());
            }
        } catch (BadEntry e) {
            sink.fault(Kind.BAD_ENTRY, entry.number(), e.reason());
            sequence.addBad(entry.number(), entry.type(), known);
        }
    }

    private void checkTransaction(long entry, Bytes encoded) {
        transactionCheck
                .apply(encoded)
                .ifPresent(wrong -> sink.fault(Kind.BAD_TRANSACTION, entry, "its transaction: " + wrong));
    }

    /**
     * Takes a fault that whoever reads the entries has found: some may be missing here, so that the next entry is taken as
     * it comes.
     */
    public void add(StreamFault fault) {
        sink.fault(fault);
        forget();
        last = null;
        anyNumber = true;
        instead = null;
    }

    /** The number of the entry that comes next; unsigned. */
    public long due() {
        return due;
    }

    /** Nothing comes any more: says what was seen. Nothing can be added afterwards. */
    public StreamSummary finish() {
        // Entries that tell nothing are most likely a damaged stream of today.
        lookAtWaiting(Generation.PROTOBUF);
        if (last != null) {
            sequence.end(last.number());
        }
        return tally.summary(Optional.ofNullable(generation), sequence.isBatchOpen(), faults);
    }
}
