package io.sluice.storage;

/**
 * How far a stream is committed: readers stop here.
 *
 * @param position bytes of the stream file that are committed, header page included; the next entry begins here, or
 *     after padding that begins here
 * @param entries entries committed, which is also the number of the next one
 * @param generation counts the changes of committed bytes (truncations and rewrites) since the stream was opened: bytes
 *     read under one generation belong together, and positions of an older one may mean nothing any more
 */
public record Committed(long position, long entries, long generation) {}
