package io.sluice.storage;

/**
 * How far a stream is committed: readers stop here.
 *
 * @param position bytes of the stream file that are committed, header page included; the next entry begins here, or
 *     after padding that begins here
 * @param entries entries committed, which is also the number of the next one
 * @param generation names the history: it is another one after each change of committed bytes, a truncation, a rewrite,
 *     or a loss with the power, and it is the same after the stream was closed and opened. Bytes read under one
 *     generation belong together, and positions of an older one may mean nothing any more. Positive; while a stream is
 *     open, a later generation is the higher number. Its low 40 bits are random, so that another copy of the file does
 *     not come to the same one. {@link StreamView#unchangedBefore} tells what an older one is still good for
 */
public record Committed(long position, long entries, long generation) {}
