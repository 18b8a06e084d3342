package io.sluice.server.relay;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a relay stands.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param state what it is doing
 * @param upstream the server that it follows, null when there is none now
 * @param since since when it follows that one, or follows none
 * @param entries how many entries it has published
 * @param received how many it has, those included that wait for the end of their operation
 * @param behindBy how many its upstream has and it has not received yet, as far as is known
 * @param behindFor how long it has been behind: since it last had all that its upstream had, or since it was started; zero
 *     when it has all, as far as is known
 * @param upToDate when it had all that its upstream had, as far as was known; null if it never had
 * @param divergence what it found when its history was another one than its upstream's, the last time; null if it never was
 * @param problem why there is no upstream, or null
 */
public record RelayStatus(
        RelayState state,
        @Nullable InetSocketAddress upstream,
        Instant since,
        long entries,
        long received,
        long behindBy,
        Duration behindFor,
        @Nullable Instant upToDate,
        @Nullable String divergence,
        @Nullable String problem) {}
