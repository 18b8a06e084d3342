package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The defaults, the ranges, and what a server does not start with. */
class SourceServerOptionsTest extends SourceServerTest {
    @Test
    void defaults() {
        SourceServerOptions options = SourceServerOptions.defaults();
        assertThat(options.bindAddress().getHostAddress()).isEqualTo("127.0.0.1");
        assertThat(options.port()).isZero();
        assertThat(options.leaseTime()).isEqualTo(Duration.ofSeconds(10));
        assertThat(options.token()).isNull();
        assertThat(options.tls()).isNull();
    }

    @Test
    void ranges() {
        SourceServerOptions options = SourceServerOptions.defaults();
        assertThatThrownBy(() -> options.withPort(65_536)).hasMessageContaining("65535");
        assertThatThrownBy(() -> options.withPort(-1)).hasMessageContaining("-1");
        assertThatThrownBy(() -> options.withLeaseTime(Duration.ofMillis(99))).hasMessageContaining("100 ms");
        assertThatThrownBy(() -> options.withLeaseTime(Duration.ofHours(1).plusNanos(1)))
                .hasMessageContaining("1 hour");
        assertThatThrownBy(() -> options.withToken(new byte[0])).hasMessageContaining("1 to 1024");
        assertThatThrownBy(() -> options.withToken(new byte[1025])).hasMessageContaining("1025");
        assertThatCode(() -> options.withToken(new byte[1024])
                        .withLeaseTime(Duration.ofMillis(100))
                        .withLeaseTime(Duration.ofHours(1)))
                .doesNotThrowAnyException();
    }

    @Test
    void aTokenIsNotPrinted() {
        assertThat(SourceServerOptions.defaults()
                        .withToken("secret".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                .asString()
                .contains("token=set")
                .doesNotContain("secret");
    }

    @Test
    void othersThanThisComputerNeedATokenOrTls() throws Exception {
        SourceServerOptions everywhere =
                SourceServerOptions.defaults().withBindAddress(InetAddress.getByName("0.0.0.0"));
        assertThatThrownBy(() -> SourceServer.start(everywhere, Map.of(1L, stream)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("token or TLS");
        start(everywhere.withToken(new byte[] {1}));
        SourceTls tls = new SourceTls(Path.of("a"), Path.of("b"), Path.of("c"));
        assertThatThrownBy(() -> SourceServer.start(everywhere.withTls(tls), Map.of(1L, stream)))
                .isInstanceOf(StreamServerException.class);
    }

    @Test
    void aServerNeedsAStreamAndAPort() throws Exception {
        assertThatThrownBy(() -> SourceServer.start(SourceServerOptions.defaults(), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> SourceServer.start(
                            SourceServerOptions.defaults().withPort(taken.getLocalPort()), Map.of(1L, stream)))
                    .isInstanceOf(StreamServerException.class)
                    .hasMessageContaining("in use");
        }
    }
}
