package io.sluice.server;

/**
 * What a streaming client has not got yet, at one look.
 *
 * @param waitingBytes written to its channel and not taken
 * @param stalledNanos for how long it has taken none of these
 * @param bytes from what it has taken up to the end of the stream, about
 * @param entries from the first entry of what it was sent last up to the end of the stream
 */
record Backlog(long waitingBytes, long stalledNanos, long bytes, long entries) {}
