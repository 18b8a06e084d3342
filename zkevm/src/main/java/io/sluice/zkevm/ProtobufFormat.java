package io.sluice.zkevm;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import io.sluice.core.Entry;
import io.sluice.zkevm.ZkevmException.BadEntry;
import io.sluice.zkevm.wire.Datastream;
import org.jspecify.annotations.Nullable;

/**
 * Between our records and the messages of datastream.proto, whose classes are seen here and nowhere else.
 *
 * <p><b>Threading:</b> stateless.
 */
final class ProtobufFormat {
    private ProtobufFormat() {}

    static ZkevmEntry decode(Entry entry) {
        try {
            return switch (entry.type()) {
                case EntryTypes.BATCH_START -> of(Datastream.BatchStart.parseFrom(entry.data()));
                case EntryTypes.L2_BLOCK -> of(Datastream.L2Block.parseFrom(entry.data()));
                case EntryTypes.TRANSACTION -> of(Datastream.Transaction.parseFrom(entry.data()));
                case EntryTypes.BATCH_END -> of(Datastream.BatchEnd.parseFrom(entry.data()));
                case EntryTypes.UPDATE_GER -> of(Datastream.UpdateGER.parseFrom(entry.data()));
                case EntryTypes.L2_BLOCK_END ->
                    new L2BlockEnd(Datastream.L2BlockEnd.parseFrom(entry.data()).getNumber());
                case EntryTypes.BOOKMARK -> bookmark(entry.data());
                default -> new UnknownEntry(entry.type(), Bytes.of(entry.data()));
            };
        } catch (InvalidProtocolBufferException e) {
            BadEntry bad = new BadEntry(
                    entry.number(),
                    "the data of type " + Integer.toUnsignedString(entry.type())
                            + " is no message of the package datastream.v1: " + e.getMessage());
            bad.initCause(e);
            throw bad;
        }
    }

    static ZkevmBookmark bookmark(byte[] data) throws InvalidProtocolBufferException {
        Datastream.BookMark message = Datastream.BookMark.parseFrom(data);
        return new ZkevmBookmark(new BookmarkType(message.getTypeValue()), message.getValue());
    }

    /** Whether the data of this entry is a message of its type, and none of its fields is unknown. */
    static boolean fits(Entry entry) {
        if (entry.data().length == 0) {
            return false; // Nothing at all would be a message of any type.
        }
        try {
            Message message = switch (entry.type()) {
                case EntryTypes.BATCH_START -> Datastream.BatchStart.parseFrom(entry.data());
                case EntryTypes.L2_BLOCK -> Datastream.L2Block.parseFrom(entry.data());
                case EntryTypes.TRANSACTION -> Datastream.Transaction.parseFrom(entry.data());
                case EntryTypes.BATCH_END -> Datastream.BatchEnd.parseFrom(entry.data());
                case EntryTypes.UPDATE_GER -> Datastream.UpdateGER.parseFrom(entry.data());
                case EntryTypes.L2_BLOCK_END -> Datastream.L2BlockEnd.parseFrom(entry.data());
                case EntryTypes.BOOKMARK -> Datastream.BookMark.parseFrom(entry.data());
                default -> null;
            };
            return message != null && message.getUnknownFields().asMap().isEmpty();
        } catch (InvalidProtocolBufferException e) {
            return false;
        }
    }

    static byte[] encode(ProtobufEntry entry) {
        if (entry instanceof L2Block block) {
            return message(block).toByteArray();
        } else if (entry instanceof Transaction transaction) {
            return message(transaction).toByteArray();
        } else if (entry instanceof L2BlockEnd end) {
            return Datastream.L2BlockEnd.newBuilder()
                    .setNumber(end.number())
                    .build()
                    .toByteArray();
        } else if (entry instanceof ZkevmBookmark bookmark) {
            return Datastream.BookMark.newBuilder()
                    .setTypeValue(bookmark.type().code())
                    .setValue(bookmark.value())
                    .build()
                    .toByteArray();
        } else if (entry instanceof BatchStart start) {
            return message(start).toByteArray();
        } else if (entry instanceof BatchEnd end) {
            return message(end).toByteArray();
        } else if (entry instanceof UpdateGer update) {
            return message(update).toByteArray();
        }
        throw new IllegalArgumentException("There is no message for " + entry);
    }

    private static BatchStart of(Datastream.BatchStart message) {
        return new BatchStart(
                message.getNumber(),
                new BatchType(message.getTypeValue()),
                message.getForkId(),
                message.getChainId(),
                message.hasDebug() ? of(message.getDebug()) : null);
    }

    private static Datastream.BatchStart message(BatchStart start) {
        Datastream.BatchStart.Builder builder = Datastream.BatchStart.newBuilder()
                .setNumber(start.number())
                .setTypeValue(start.type().code())
                .setForkId(start.forkId())
                .setChainId(start.chainId());
        Datastream.Debug debug = message(start.debug());
        return (debug == null ? builder : builder.setDebug(debug)).build();
    }

    private static BatchEnd of(Datastream.BatchEnd message) {
        return new BatchEnd(
                message.getNumber(),
                of(message.getLocalExitRoot()),
                of(message.getStateRoot()),
                message.hasDebug() ? of(message.getDebug()) : null);
    }

    private static Datastream.BatchEnd message(BatchEnd end) {
        Datastream.BatchEnd.Builder builder = Datastream.BatchEnd.newBuilder()
                .setNumber(end.number())
                .setLocalExitRoot(of(end.localExitRoot()))
                .setStateRoot(of(end.stateRoot()));
        Datastream.Debug debug = message(end.debug());
        return (debug == null ? builder : builder.setDebug(debug)).build();
    }

    private static L2Block of(Datastream.L2Block message) {
        return new L2Block(
                message.getNumber(),
                message.getBatchNumber(),
                message.getTimestamp(),
                Integer.toUnsignedLong(message.getDeltaTimestamp()),
                message.getMinTimestamp(),
                of(message.getL1Blockhash()),
                Integer.toUnsignedLong(message.getL1InfotreeIndex()),
                of(message.getHash()),
                of(message.getStateRoot()),
                of(message.getGlobalExitRoot()),
                of(message.getCoinbase()),
                message.getBlockGasLimit(),
                of(message.getBlockInfoRoot()),
                message.hasDebug() ? of(message.getDebug()) : null,
                of(message.getBaseFee()));
    }

    private static Datastream.L2Block message(L2Block block) {
        Datastream.L2Block.Builder builder = Datastream.L2Block.newBuilder()
                .setNumber(block.number())
                .setBatchNumber(block.batchNumber())
                .setTimestamp(block.timestamp())
                .setDeltaTimestamp((int) block.deltaTimestamp())
                .setMinTimestamp(block.minTimestamp())
                .setL1Blockhash(of(block.l1BlockHash()))
                .setL1InfotreeIndex((int) block.l1InfoTreeIndex())
                .setHash(of(block.hash()))
                .setStateRoot(of(block.stateRoot()))
                .setGlobalExitRoot(of(block.globalExitRoot()))
                .setCoinbase(of(block.coinbase()))
                .setBlockGasLimit(block.blockGasLimit())
                .setBlockInfoRoot(of(block.blockInfoRoot()))
                .setBaseFee(of(block.baseFee()));
        Datastream.Debug debug = message(block.debug());
        return (debug == null ? builder : builder.setDebug(debug)).build();
    }

    private static Transaction of(Datastream.Transaction message) {
        return new Transaction(
                message.getL2BlockNumber(),
                message.getIndex(),
                message.getIsValid(),
                of(message.getEncoded()),
                Integer.toUnsignedLong(message.getEffectiveGasPricePercentage()),
                of(message.getImStateRoot()),
                message.hasDebug() ? of(message.getDebug()) : null);
    }

    private static Datastream.Transaction message(Transaction transaction) {
        Datastream.Transaction.Builder builder = Datastream.Transaction.newBuilder()
                .setL2BlockNumber(transaction.l2BlockNumber())
                .setIndex(transaction.index())
                .setIsValid(transaction.valid())
                .setEncoded(of(transaction.encoded()))
                .setEffectiveGasPricePercentage((int) transaction.effectiveGasPricePercentage())
                .setImStateRoot(of(transaction.imStateRoot()));
        Datastream.Debug debug = message(transaction.debug());
        return (debug == null ? builder : builder.setDebug(debug)).build();
    }

    private static UpdateGer of(Datastream.UpdateGER message) {
        return new UpdateGer(
                message.getBatchNumber(),
                message.getTimestamp(),
                of(message.getGlobalExitRoot()),
                of(message.getCoinbase()),
                message.getForkId(),
                message.getChainId(),
                of(message.getStateRoot()),
                message.hasDebug() ? of(message.getDebug()) : null);
    }

    private static Datastream.UpdateGER message(UpdateGer update) {
        Datastream.UpdateGER.Builder builder = Datastream.UpdateGER.newBuilder()
                .setBatchNumber(update.batchNumber())
                .setTimestamp(update.timestamp())
                .setGlobalExitRoot(of(update.globalExitRoot()))
                .setCoinbase(of(update.coinbase()))
                .setForkId(update.forkId())
                .setChainId(update.chainId())
                .setStateRoot(of(update.stateRoot()));
        Datastream.Debug debug = message(update.debug());
        return (debug == null ? builder : builder.setDebug(debug)).build();
    }

    private static Debug of(Datastream.Debug message) {
        return new Debug(message.getMessage());
    }

    private static Datastream.@Nullable Debug message(@Nullable Debug debug) {
        return debug == null
                ? null
                : Datastream.Debug.newBuilder().setMessage(debug.message()).build();
    }

    private static Bytes of(ByteString bytes) {
        return Bytes.wrap(bytes.toByteArray());
    }

    /** The same array: a {@link Bytes} never changes. */
    private static ByteString of(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.array());
    }
}
