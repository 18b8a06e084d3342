package io.sluice.source;

/** How failures of connections are put into words. */
final class Wording {
    private Wording() {}

    /** What an error says; the JDK's messages are sometimes missing. */
    static String reason(Throwable cause) {
        String message = cause.getMessage();
        return message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
    }
}
