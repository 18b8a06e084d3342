package io.sluice.zkevm;

/**
 * An entry of a type that its generation does not know. Nobody has looked at its data.
 *
 * @param type the entry's type; unsigned
 * @param data as it came
 */
public record UnknownEntry(int type, Bytes data) implements ZkevmEntry {}
