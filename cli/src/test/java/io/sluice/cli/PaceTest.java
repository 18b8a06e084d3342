package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {
    private final AtomicLong now = new AtomicLong(-5);

    @Test
    void isEven() {
        Pace pace = new Pace(3, now::get);
        for (int i = 0; i < 9; i++) {
            now.addAndGet(pace.untilNext().toNanos());
            assertThat(pace.untilNext()).isZero();
            pace.take();
        }
        assertThat(now.get()).isBetween(2_666_666_660L, 2_666_666_670L);
    }

    @Test
    void catchesUpASecondAndNoMore() {
        Pace pace = new Pace(10, now::get);
        now.addAndGet(Duration.ofMillis(500).toNanos());
        assertThat(takeAll(pace)).isEqualTo(6);
        now.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(takeAll(pace)).isEqualTo(1);
    }

    private static int takeAll(Pace pace) {
        int count = 0;
        while (pace.untilNext().isZero()) {
            pace.take();
            count++;
        }
        return count;
    }

    @Test
    void noPaceIsNoWait() {
        Pace pace = new Pace(0, now::get);
        pace.take();
        assertThat(pace.untilNext()).isZero();
    }
}
