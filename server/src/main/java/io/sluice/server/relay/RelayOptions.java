package io.sluice.server.relay;

import io.sluice.client.ClientOptions;
import io.sluice.core.StreamHeader;
import io.sluice.server.ServerOptions;
import io.sluice.storage.ForcePolicy;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * How a {@link Relay} works. Begin with {@link #to} and change what should differ.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param upstreams the servers of the stream, at least one; the first is tried first, none is better than another
 * @param streamType which of their streams; unsigned
 * @param server how its own clients are served
 * @param client what holds for each connection to an upstream; its stream type does not count
 * @param forcePolicy when what it publishes is forced to the disk; a relay can fetch again what a power cut takes
 * @param onDivergence what becomes of a history that the upstream does not have any more
 * @param checkAfter when nothing has come for this long, an upstream is asked whether there should have been something;
 *     more than zero
 * @param switchAfter another upstream is taken when it has had more for this long than the one that is followed; more than
 *     zero
 */
public record RelayOptions(
        List<InetSocketAddress> upstreams,
        long streamType,
        ServerOptions server,
        ClientOptions client,
        ForcePolicy forcePolicy,
        DivergencePolicy onDivergence,
        Duration checkAfter,
        Duration switchAfter) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException when there is no upstream, or one is named twice, or a time is not more than zero
     */
    public RelayOptions {
        upstreams = List.copyOf(upstreams);
        if (upstreams.isEmpty()) {
            throw new IllegalArgumentException("A relay needs at least one upstream.");
        }
        if (upstreams.stream().distinct().count() < upstreams.size()) {
            throw new IllegalArgumentException("An upstream is named twice: " + upstreams + ".");
        }
        checkPositive("checkAfter", checkAfter);
        checkPositive("switchAfter", switchAfter);
    }

    private static void checkPositive(String name, Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException(name + " is " + time + ", but must be more than zero.");
        }
    }

    /** Stream type 1 of these servers, forced every second, follows truncations, asks after 1 second, switches after 1. */
    public static RelayOptions to(InetSocketAddress... upstreams) {
        return new RelayOptions(
                List.of(upstreams),
                StreamHeader.SEQUENCER,
                ServerOptions.defaults(),
                ClientOptions.defaults()
                        .withConnectTimeout(Duration.ofSeconds(3))
                        .withReplyTimeout(Duration.ofSeconds(5)),
                ForcePolicy.interval(Duration.ofSeconds(1)),
                DivergencePolicy.FOLLOW,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1));
    }

    /** The same for another stream type. */
    public RelayOptions withStreamType(long newStreamType) {
        return new RelayOptions(
                upstreams, newStreamType, server, client, forcePolicy, onDivergence, checkAfter, switchAfter);
    }

    /** The same with other options for its clients. */
    public RelayOptions withServer(ServerOptions newServer) {
        return new RelayOptions(
                upstreams, streamType, newServer, client, forcePolicy, onDivergence, checkAfter, switchAfter);
    }

    /** The same with other options for its connections to upstreams. */
    public RelayOptions withClient(ClientOptions newClient) {
        return new RelayOptions(
                upstreams, streamType, server, newClient, forcePolicy, onDivergence, checkAfter, switchAfter);
    }

    /** The same with another policy. */
    public RelayOptions withForcePolicy(ForcePolicy newForcePolicy) {
        return new RelayOptions(
                upstreams, streamType, server, client, newForcePolicy, onDivergence, checkAfter, switchAfter);
    }

    /** The same with another policy. */
    public RelayOptions withOnDivergence(DivergencePolicy newOnDivergence) {
        return new RelayOptions(
                upstreams, streamType, server, client, forcePolicy, newOnDivergence, checkAfter, switchAfter);
    }

    /** The same with another time of silence. */
    public RelayOptions withCheckAfter(Duration newCheckAfter) {
        return new RelayOptions(
                upstreams, streamType, server, client, forcePolicy, onDivergence, newCheckAfter, switchAfter);
    }

    /** The same with another time after which a better upstream is taken. */
    public RelayOptions withSwitchAfter(Duration newSwitchAfter) {
        return new RelayOptions(
                upstreams, streamType, server, client, forcePolicy, onDivergence, checkAfter, newSwitchAfter);
    }
}
