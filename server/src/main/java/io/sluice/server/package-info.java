/**
 * Serves streams to clients over TCP. {@link io.sluice.server.StreamServer} is the way in.
 *
 * <p>A client is a cursor over the stream file: history and live are one mechanism. Event loops never touch the disk;
 * what may read from it runs on a small pool of reader threads.
 */
@NullMarked
package io.sluice.server;

import org.jspecify.annotations.NullMarked;
