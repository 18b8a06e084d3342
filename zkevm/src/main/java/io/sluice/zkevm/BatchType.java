package io.sluice.zkevm;

/**
 * How a batch came to be. A value that is not known here is kept.
 *
 * @param code the value in the message
 */
public record BatchType(int code) {
    /** The message does not say. */
    public static final BatchType UNSPECIFIED = new BatchType(0);

    /** By the sequencer. */
    public static final BatchType REGULAR = new BatchType(1);

    /** Forced by a user, through the contract. */
    public static final BatchType FORCED = new BatchType(2);

    /** The first one of a chain, which its contract brings along. */
    public static final BatchType INJECTED = new BatchType(3);

    /** One that the chain does not take. */
    public static final BatchType INVALID = new BatchType(4);

    @Override
    public String toString() {
        return switch (code) {
            case 0 -> "UNSPECIFIED";
            case 1 -> "REGULAR";
            case 2 -> "FORCED";
            case 3 -> "INJECTED";
            case 4 -> "INVALID";
            default -> Integer.toString(code);
        };
    }
}
