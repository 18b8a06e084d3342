package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.ClientException.ConnectionLost;
import io.sluice.client.ClientException.TimedOut;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a follower tries again, and when it gives up, on a clock that the test winds. */
final class RetryTest {
    private final ClientException lost = new ConnectionLost("lost", null);
    private final ClientException silent = new TimedOut("silent", null);

    private long now = 77;

    private Retry giveUpAfter(Duration time) {
        return new Retry(FollowOptions.defaults().withGiveUpAfter(time), () -> now);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void pausesGrowToFiveSecondsAndAreSpreadOverTheirWholeLength() {
        long[] longestMillis = {50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000};
        int samples = 400;
        for (int attempt = 0; attempt < longestMillis.length; attempt++) {
            long longest = 0;
            long shortest = Long.MAX_VALUE;
            for (int i = 0; i < samples; i++) {
                Retry retry = giveUpAfter(Duration.ofDays(1));
                for (int before = 0; before <= attempt; before++) {
                    assertThat(retry.after(lost)).isTrue();
                }
                longest = Math.max(longest, retry.pauseNanos());
                shortest = Math.min(shortest, retry.pauseNanos());
            }
            long limit = TimeUnit.MILLISECONDS.toNanos(longestMillis[attempt]);
            // With 400 samples, one beyond these quarters is missing once in 10^50 runs.
            assertThat(longest).as("attempt %d", attempt).isBetween(limit * 3 / 4, limit);
            assertThat(shortest).as("attempt %d", attempt).isBetween(0L, limit / 4);
        }
    }

    @Test
    void givesUpWhenTheNextAttemptWouldBeTooLate() {
        Retry retry = giveUpAfter(Duration.ofSeconds(60));
        assertThat(retry.after(lost)).isTrue();
        pass(Duration.ofSeconds(54));
        assertThat(retry.after(lost)).isTrue();
        pass(Duration.ofSeconds(6));
        assertThat(retry.after(lost)).isFalse();
        assertThat(retry.attempts()).isEqualTo(3);
    }

    @Test
    void zeroNeverTriesAgainAndTheLongestTimeAlways() {
        assertThat(giveUpAfter(Duration.ZERO).after(lost)).isFalse();
        Retry patient = giveUpAfter(Duration.ofSeconds(Long.MAX_VALUE));
        for (int century = 0; century < 2; century++) {
            assertThat(patient.after(lost)).isTrue();
            pass(Duration.ofDays(36_500));
        }
    }

    @Test
    void entriesBeginTheTimeAnew() {
        Retry retry = giveUpAfter(Duration.ofSeconds(60));
        assertThat(retry.after(lost)).isTrue();
        pass(Duration.ofSeconds(59));
        retry.joined();
        retry.gotFurther();
        pass(Duration.ofSeconds(2));
        assertThat(retry.after(lost)).isTrue();
        assertThat(retry.attempts()).isEqualTo(1);
    }

    @Test
    void aConnectionThatBreaksAtOnceIsNoProgress() {
        Retry retry = giveUpAfter(Duration.ofSeconds(60));
        for (int i = 0; i < 6; i++) {
            assertThat(retry.after(lost)).isTrue();
            pass(Duration.ofSeconds(9));
            retry.joined();
            pass(Duration.ofSeconds(1));
        }
        assertThat(retry.after(lost)).isFalse();
    }

    @Test
    void aConnectionThatHeldIsProgressThoughNothingCame() {
        Retry retry = giveUpAfter(Duration.ofSeconds(60));
        for (int i = 0; i < 100; i++) {
            assertThat(retry.after(lost)).isTrue();
            retry.joined();
            pass(Duration.ofSeconds(11));
        }
    }

    @Test
    void aConnectionThatWasSilentFromTheBeginningIsNoProgress() {
        // By default that is found out after 15 seconds: 5 until the question, 10 for the answer.
        Retry retry = giveUpAfter(Duration.ofMinutes(5));
        for (int i = 0; i < 19; i++) {
            assertThat(retry.after(silent)).as("attempt %d", i).isTrue();
            retry.joined();
            pass(Duration.ofSeconds(15));
        }
        pass(Duration.ofSeconds(15));
        assertThat(retry.after(silent)).isFalse();
    }

    @Test
    void aConnectionThatFellSilentAfterAWhileWasGood() {
        Retry retry = giveUpAfter(Duration.ofMinutes(5));
        assertThat(retry.after(lost)).isTrue();
        retry.joined();
        pass(Duration.ofHours(1));
        assertThat(retry.after(silent)).isTrue();
        assertThat(retry.attempts()).isEqualTo(1);
    }

    @Test
    void theTimeOfTheConsumerDoesNotCount() {
        Retry retry = giveUpAfter(Duration.ofSeconds(60));
        retry.comes();
        assertThat(retry.after(lost)).isTrue();
        pass(Duration.ofSeconds(30));
        retry.leaves();
        pass(Duration.ofHours(1));
        retry.comes();
        pass(Duration.ofSeconds(24));
        assertThat(retry.after(lost)).isTrue();
        pass(Duration.ofSeconds(6));
        assertThat(retry.after(lost)).isFalse();
    }
}
