package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.FollowProgress;
import io.sluice.client.FollowerState;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a user hears of a connection, and of the way that is left. */
class FollowNoticesTest {
    private static final FollowProgress PROGRESS =
            new FollowProgress(FollowerState.FOLLOWING, 1_000_000, 1_000_000, 500_000, 250_000);

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private long nanos;

    private FollowNotices notices(boolean terminal, boolean progressWanted) {
        Console console = Cli.console(
                Cli.input(""),
                OutputStream.nullOutputStream(),
                err,
                new Terminals(terminal, terminal, terminal),
                new StopRequest());
        return new FollowNotices(console, progressWanted, "5 min", () -> nanos);
    }

    private String said() {
        String text = err.toString(StandardCharsets.UTF_8);
        err.reset();
        return text;
    }

    @Test
    void manyAttemptsAreTwoLines() {
        FollowNotices notices = notices(false, true);
        for (int i = 0; i < 100; i++) {
            notices.stateChanged(FollowerState.WAITING, null);
            notices.stateChanged(FollowerState.CONNECTING, null);
            notices.stateChanged(FollowerState.FOLLOWING, null);
            notices.look(false, "entry 7");
        }
        assertThat(said())
                .isEqualToNormalizingNewlines("sluice: The connection was lost. Trying again for up to 5 min.\n");
        notices.look(true, "entry 7");
        notices.look(true, "entry 8");
        assertThat(said()).isEqualToNormalizingNewlines("sluice: Connected again, and going on with entry 7.\n");
    }

    @Test
    void aQuietConnectionThatHoldsIsTold() {
        FollowNotices notices = notices(false, true);
        notices.stateChanged(FollowerState.WAITING, null);
        notices.stateChanged(FollowerState.FOLLOWING, null);
        said();
        nanos += Duration.ofMillis(900).toNanos();
        notices.look(false, "entry 7");
        assertThat(said()).isEmpty();
        nanos += Duration.ofMillis(100).toNanos();
        notices.look(false, "entry 7");
        assertThat(said()).contains("Connected again");
    }

    @Test
    void aLineForPeopleIsTakenAwayBeforeOthersAreWritten() {
        FollowNotices notices = notices(true, true);
        nanos += Duration.ofSeconds(1).toNanos();
        notices.catchingUp(PROGRESS);
        assertThat(said()).isEqualTo("\r\033[K1,000,000 entries, 250,000/s, behind by 500,000, 2 s left");
        notices.stateChanged(FollowerState.WAITING, null);
        assertThat(said()).startsWith("\r\033[Ksluice: ");
        nanos += Duration.ofSeconds(1).toNanos();
        notices.catchingUp(PROGRESS);
        said();
        notices.caughtUp();
        assertThat(said()).isEqualTo("\r\033[K");
    }

    @Test
    void entriesThatScrollAreNotDisturbed() {
        FollowNotices notices = notices(true, false);
        nanos += Duration.ofMinutes(1).toNanos();
        notices.catchingUp(PROGRESS);
        assertThat(said()).isEmpty();
    }
}
