package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClientOptionsTest {
    private static final ClientOptions DEFAULTS = ClientOptions.defaults();

    @Test
    void defaultsAreTheSequencersStreamTenSecondsAndOneMebibyte() {
        assertThat(DEFAULTS).isEqualTo(new ClientOptions(1, Duration.ofSeconds(10), Duration.ofSeconds(10), 1_048_576));
    }

    @Test
    void eachOptionCanBeChangedAlone() {
        Duration other = Duration.ofMillis(5);
        Duration ten = Duration.ofSeconds(10);
        assertThat(DEFAULTS.withStreamType(2)).isEqualTo(new ClientOptions(2, ten, ten, 1 << 20));
        assertThat(DEFAULTS.withConnectTimeout(other)).isEqualTo(new ClientOptions(1, other, ten, 1 << 20));
        assertThat(DEFAULTS.withReplyTimeout(other)).isEqualTo(new ClientOptions(1, ten, other, 1 << 20));
        assertThat(DEFAULTS.withReceiveBufferBytes(2 << 20)).isEqualTo(new ClientOptions(1, ten, ten, 2 << 20));
    }

    @Test
    void aTimeoutOfNothingIsRefused() {
        assertThatThrownBy(() -> DEFAULTS.withConnectTimeout(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("connectTimeout");
        assertThatThrownBy(() -> DEFAULTS.withReplyTimeout(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("replyTimeout");
    }

    @Test
    void aBufferThatCannotHoldTheLongestEntryIsRefused() {
        assertThatThrownBy(() -> DEFAULTS.withReceiveBufferBytes((1 << 20) - 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1048575")
                .hasMessageContaining("1048576");
    }
}
