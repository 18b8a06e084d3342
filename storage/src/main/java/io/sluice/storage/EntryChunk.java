package io.sluice.storage;

/**
 * What a read of committed entries gave.
 *
 * @param length bytes of whole entries that were put into the target
 * @param nextPosition where to go on reading; beyond padding if there is any
 * @param requiredLength bytes of the entry at {@code nextPosition} if it was the target's size that ended the read, else
 *     0. A read that gave nothing and requires something wants a larger target.
 */
public record EntryChunk(int length, long nextPosition, int requiredLength) {}
