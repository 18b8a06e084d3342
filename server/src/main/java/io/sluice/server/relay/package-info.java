/**
 * A relay: a client of one server, and a server to its own clients (docs/relay.md). {@link io.sluice.server.relay.Relay} is
 * where to begin.
 */
@NullMarked
package io.sluice.server.relay;

import org.jspecify.annotations.NullMarked;
