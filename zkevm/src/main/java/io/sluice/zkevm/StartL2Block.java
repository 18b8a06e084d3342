package io.sluice.zkevm;

/**
 * A block begins, in a fixed layout. What the layout of its time does not have is 0, or has no bytes.
 *
 * @param batchNumber unsigned
 * @param l2BlockNumber unsigned
 * @param timestamp in seconds since 1970; unsigned
 * @param deltaTimestamp seconds since the block before; 0 to 2^32-1
 * @param l1InfoTreeIndex 0 to 2^32-1
 * @param l1BlockHash 32 bytes
 * @param globalExitRoot 32 bytes
 * @param l1InfoRoot 32 bytes, in few little-endian streams
 * @param coinbase 20 bytes
 * @param forkId 0 to 65,535
 * @param chainId 0 to 2^32-1
 * @param localExitRoot 32 bytes, in few big-endian streams
 */
public record StartL2Block(
        long batchNumber,
        long l2BlockNumber,
        long timestamp,
        long deltaTimestamp,
        long l1InfoTreeIndex,
        Bytes l1BlockHash,
        Bytes globalExitRoot,
        Bytes l1InfoRoot,
        Bytes coinbase,
        int forkId,
        long chainId,
        Bytes localExitRoot)
        implements FixedEntry {}
