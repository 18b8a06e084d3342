package io.sluice.zkevm;

/** Takes what is wrong. */
@FunctionalInterface
interface FaultSink {
    void fault(StreamFault fault);

    default void fault(StreamFault.Kind kind, long entry, String message) {
        fault(new StreamFault(kind, entry, message));
    }
}
