package io.sluice.zkevm.tx;

import io.sluice.zkevm.Bytes;
import java.util.List;

/**
 * What a transaction says beforehand that it will touch (EIP-2930).
 *
 * @param address 20 bytes
 * @param storageKeys 32 bytes each
 */
public record AccessListItem(Bytes address, List<Bytes> storageKeys) {
    /** Copies the list. */
    public AccessListItem {
        storageKeys = List.copyOf(storageKeys);
    }
}
