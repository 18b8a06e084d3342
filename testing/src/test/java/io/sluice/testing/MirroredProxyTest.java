package io.sluice.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testing.FaultProxy.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A {@link FaultProxy} in which server and client have changed places. */
class MirroredProxyTest {
    @Test
    void inAMirroredProxyTheClientsBytesAreCountedAndTheServerIsReset() throws IOException {
        Set<Integer> places = new HashSet<>();
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                FaultProxy proxy = new FaultProxy.Builder(5)
                        .faults(Fault.CUT, Fault.RESET)
                        .maxBytes(20)
                        .healthy(0, 20)
                        .mirrored()
                        .start(new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()))) {
            for (int i = 0; i < 100; i++) {
                try (RawClient client = new RawClient(proxy.address());
                        Socket accepted = listener.accept()) {
                    client.send(new byte[1000]);
                    places.add(receivedUntilTheEnd(accepted.getInputStream()));
                    client.expectEnd();
                }
            }
            assertThat(places).hasSizeGreaterThan(10).allMatch(place -> place <= 20);
            assertThat(proxy.count(Fault.CUT) + proxy.count(Fault.RESET)).isEqualTo(100);
        }
    }

    private static int receivedUntilTheEnd(InputStream input) throws IOException {
        int count = 0;
        try {
            while (input.read() >= 0) {
                count++;
            }
        } catch (SocketException reset) {
            return count;
        }
        return count;
    }
}
