package io.sluice.cli;

import io.sluice.client.ClientOptions;
import io.sluice.client.FollowFrom;
import io.sluice.client.FollowOptions;
import io.sluice.client.StreamClient;
import io.sluice.client.StreamFollower;
import java.net.InetSocketAddress;

/**
 * A stream that a server has.
 *
 * @param server where it listens; need not be resolved
 * @param streamType which of its streams; unsigned
 */
record ServerStream(InetSocketAddress server, long streamType) {
    StreamClient connect() {
        return StreamClient.connect(server, options());
    }

    StreamFollower follow(FollowFrom from, FollowOptions options) {
        return StreamFollower.open(server, from, options.withClient(options()));
    }

    private ClientOptions options() {
        return ClientOptions.defaults().withStreamType(streamType);
    }

    @Override
    public String toString() {
        return Words.address(server);
    }
}
