package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How far a follower has come, on a clock that the test winds. */
final class ProgressTest {
    private final List<String> told = new ArrayList<>();
    private long now = 1_000_000_000L;
    private @Nullable RuntimeException fault;

    private final Progress progress = new Progress(
            new FollowerListener() {
                @Override
                public void stateChanged(FollowerState state, @Nullable ClientException because) {
                    told.add(state.toString());
                }

                @Override
                public void catchingUp(FollowProgress far) {
                    told.add("behind by " + far.behindBy());
                    if (fault != null) {
                        throw fault;
                    }
                }
            },
            () -> now);

    private void advance(long first, int count) {
        progress.advance(new EntryBatch(ByteBuffer.allocate(0), 0, 0, first, count, 0, first));
    }

    private void pass(long millis) {
        now += Duration.ofMillis(millis).toNanos();
    }

    @Test
    void countsWhatWasHandedOutAndWhatIsLeft() {
        progress.begins(100, 1000);
        assertThat(progress.now()).isEqualTo(new FollowProgress(FollowerState.CONNECTING, 0, 100, 900, 0));
        advance(100, 50);
        progress.enter(FollowerState.FOLLOWING, null);
        assertThat(progress.now()).isEqualTo(new FollowProgress(FollowerState.FOLLOWING, 50, 150, 850, 0));
        progress.knows(140);
        assertThat(progress.now().behindBy()).as("an entry beyond the end").isZero();
        progress.begins(150, 160);
        assertThat(progress.now().received()).isEqualTo(50);
        assertThat(progress.now().behindBy()).isEqualTo(10);
    }

    @Test
    void numbersAreUnsigned() {
        progress.begins(-10, -4);
        assertThat(progress.now().behindBy()).isEqualTo(6);
        progress.begins(Long.MAX_VALUE, Long.MIN_VALUE + 4);
        assertThat(progress.now().behindBy()).isEqualTo(5);
    }

    @Test
    void theRateIsThatOfTheLastSeconds() {
        progress.begins(0, 1_000_000);
        for (int i = 0; i < 40; i++) {
            pass(250);
            advance(i * 250L, 250);
        }
        assertThat(progress.now().entriesPerSecond()).isCloseTo(1000, within(1.0));
        assertThat(progress.now().timeLeft().orElseThrow()).isEqualTo(Duration.ofSeconds(990));
        pass(6000);
        assertThat(progress.now().entriesPerSecond())
                .as("nothing comes any more")
                .isZero();
        assertThat(progress.now().timeLeft()).isEmpty();
    }

    @Test
    void anEntryAfterALongSilenceDoesNotBringTheOldRateBack() {
        progress.begins(0, 1_000_000);
        for (int i = 0; i < 40; i++) {
            pass(250);
            advance(i * 250L, 250);
        }
        pass(60_000);
        advance(10_000, 1);
        assertThat(progress.now().entriesPerSecond()).isLessThan(1);
    }

    @Test
    void isToldOnceASecondWhileItIsBehind() {
        progress.begins(0, 10);
        for (int i = 0; i < 10; i++) {
            advance(i, 1);
            pass(400);
        }
        assertThat(told).containsExactly("behind by 6", "behind by 3");
    }

    @Test
    void nothingComesAfterClosed() {
        progress.enter(FollowerState.FOLLOWING, null);
        progress.enter(FollowerState.CLOSED, null);
        progress.enter(FollowerState.WAITING, null);
        progress.enter(FollowerState.CLOSED, null);
        assertThat(told).containsExactly("FOLLOWING", "CLOSED");
        assertThat(progress.state()).isEqualTo(FollowerState.CLOSED);
    }

    @Test
    void aBatchThatTheListenerKeptBackIsNotCounted() {
        progress.begins(0, 10);
        advance(0, 1);
        pass(1500);
        fault = new IllegalStateException("listener");
        assertThatThrownBy(() -> advance(1, 2)).isSameAs(fault);
        assertThat(progress.now().received()).isEqualTo(1);
        assertThat(progress.now().nextNumber()).isEqualTo(1);
    }

    @Test
    void theTextIsForPeople() {
        FollowProgress far = new FollowProgress(FollowerState.FOLLOWING, 1_234_567, 9, 3_000_000, 1234.4);
        assertThat(far).hasToString("1,234,567 entries, 1,234/s, behind by 3,000,000, 40 min 30 s left");
        assertThat(new FollowProgress(FollowerState.FOLLOWING, 0, 0, 7, 0)).hasToString("0 entries, 0/s, behind by 7");
        assertThat(new FollowProgress(FollowerState.FOLLOWING, 9, 9, 0, 0.4)).hasToString("9 entries, 0/s, up to date");
        assertThat(new FollowProgress(FollowerState.FOLLOWING, 9, 9, 1, 100))
                .hasToString("9 entries, 100/s, behind by 1, 1 s left");
        assertThat(new FollowProgress(FollowerState.FOLLOWING, 9, 9, 9_000, 1))
                .hasToString("9 entries, 1/s, behind by 9,000, 2 h 30 min left");
        assertThat(new FollowProgress(FollowerState.FOLLOWING, 9, 9, 0, 0).timeLeft())
                .isEqualTo(Optional.of(Duration.ZERO));
        assertThat(new FollowProgress(FollowerState.FOLLOWING, 9, 9, Long.MAX_VALUE, 0.001).timeLeft())
                .as("for ever")
                .isEmpty();
    }
}
