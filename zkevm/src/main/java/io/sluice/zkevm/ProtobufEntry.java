package io.sluice.zkevm;

/**
 * What an entry of {@link Generation#PROTOBUF} says; it can be written too. Two of them, {@link UpdateGer} and
 * {@link ZkevmBookmark}, are what the same entries of the older generations say.
 */
public sealed interface ProtobufEntry extends ZkevmEntry
        permits BatchStart, BatchEnd, L2Block, L2BlockEnd, Transaction, UpdateGer, ZkevmBookmark {

    /** The type of an entry that says this. */
    int entryType();

    /** The data of an entry that says this: the protobuf message, its fields in the order of their numbers. */
    default byte[] encode() {
        return ProtobufFormat.encode(this);
    }
}
