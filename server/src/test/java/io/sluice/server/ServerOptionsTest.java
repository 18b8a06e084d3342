package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ServerOptionsTest {
    private final ServerOptions defaults = ServerOptions.defaults();

    @Test
    void defaultsAreSafe() {
        assertThat(defaults.bindAddress().getHostAddress()).isEqualTo("127.0.0.1");
        assertThat(defaults.port()).isZero();
        assertThat(defaults.maxConnections()).isEqualTo(10_000);
        assertThat(defaults.misusePolicy()).isEqualTo(MisusePolicy.CLOSE);
        assertThat(defaults.stallTimeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(defaults.extensions()).isTrue();
    }

    @Test
    void eachValueCanBeChangedAlone() {
        InetAddress any = new java.net.InetSocketAddress(0).getAddress();
        assertThat(defaults.withBindAddress(any)
                        .withPort(6900)
                        .withMaxConnections(3)
                        .withMisusePolicy(MisusePolicy.REPLY)
                        .withStallTimeout(Duration.ofSeconds(9))
                        .withExtensions(false))
                .isEqualTo(new ServerOptions(any, 6900, 3, MisusePolicy.REPLY, Duration.ofSeconds(9), false));
        assertThat(defaults.withExtensions(false).withPort(1).extensions()).isFalse();
    }

    @Test
    void valuesOutsideOfTheirRangesAreRefused() {
        assertThatThrownBy(() -> defaults.withPort(-1)).hasMessageContaining("0 to 65535");
        assertThatThrownBy(() -> defaults.withPort(65_536)).hasMessageContaining("65536");
        assertThatThrownBy(() -> defaults.withMaxConnections(0)).hasMessageContaining("At least 1");
        assertThatThrownBy(() -> defaults.withStallTimeout(Duration.ZERO)).hasMessageContaining("more than 0");
        assertThatThrownBy(() -> defaults.withStallTimeout(Duration.ofDays(366)))
                .hasMessageContaining("365 days");
    }
}
