/**
 * What a consumer needs to follow and to query a stream. {@link io.sluice.client.StreamFollower} follows, connects again and
 * never loses its place; {@link io.sluice.client.StreamClient} is a single connection, for queries and ranges.
 */
@NullMarked
package io.sluice.client;

import org.jspecify.annotations.NullMarked;
