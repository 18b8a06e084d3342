package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class FollowOptionsTest {
    @Test
    void theDefaultsArePinned() {
        FollowOptions defaults = FollowOptions.defaults();
        assertThat(defaults.client()).isEqualTo(ClientOptions.defaults());
        assertThat(defaults.wholeOperations()).isFalse();
        assertThat(defaults.giveUpAfter()).isEqualTo(Duration.ofMinutes(5));
        assertThat(defaults.checkAfter()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void eachOptionChangesAlone() {
        FollowOptions defaults = FollowOptions.defaults();
        ClientOptions client = ClientOptions.defaults().withStreamType(9);
        FollowerListener listener = new FollowerListener() {};
        FollowOptions changed = defaults.withClient(client)
                .withWholeOperations(true)
                .withGiveUpAfter(Duration.ZERO)
                .withCheckAfter(Duration.ofNanos(1))
                .withListener(listener);
        assertThat(changed).isEqualTo(new FollowOptions(client, true, Duration.ZERO, Duration.ofNanos(1), listener));
    }

    @Test
    void rangesAreChecked() {
        FollowOptions defaults = FollowOptions.defaults();
        assertThatThrownBy(() -> defaults.withGiveUpAfter(Duration.ofNanos(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("giveUpAfter is PT-0.000000001S, but must not be negative.");
        for (Duration wrong : new Duration[] {Duration.ZERO, Duration.ofSeconds(-1)}) {
            assertThatThrownBy(() -> defaults.withCheckAfter(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
