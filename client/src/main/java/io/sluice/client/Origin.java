package io.sluice.client;

/**
 * The first entry that a follower has received, by which another stream is told from another history of the same.
 *
 * @param number unsigned
 * @param fingerprint see {@link Window}
 */
record Origin(long number, long fingerprint) {}
