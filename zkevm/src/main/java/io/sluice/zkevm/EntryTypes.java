package io.sluice.zkevm;

import io.sluice.core.EntryFormat;

/** The types of the zkEVM's entries. A number means one thing since June 2024, and another one before. */
public final class EntryTypes {
    /** {@link BatchStart}. */
    public static final int BATCH_START = 1;

    /** {@link L2Block}. */
    public static final int L2_BLOCK = 2;

    /** {@link Transaction}. */
    public static final int TRANSACTION = 3;

    /** {@link BatchEnd}. */
    public static final int BATCH_END = 4;

    /** {@link UpdateGer}. */
    public static final int UPDATE_GER = 5;

    /** {@link L2BlockEnd}. */
    public static final int L2_BLOCK_END = 6;

    /** {@link ZkevmBookmark}, in all generations. */
    public static final int BOOKMARK = EntryFormat.TYPE_BOOKMARK;

    /** {@link StartL2Block}, before June 2024. */
    public static final int FIXED_START_L2_BLOCK = 1;

    /** {@link L2Tx}, before June 2024. */
    public static final int FIXED_L2_TX = 2;

    /** {@link EndL2Block}, before June 2024. */
    public static final int FIXED_END_L2_BLOCK = 3;

    /** {@link UpdateGer}, before June 2024. */
    public static final int FIXED_UPDATE_GER = 4;

    private EntryTypes() {}
}
