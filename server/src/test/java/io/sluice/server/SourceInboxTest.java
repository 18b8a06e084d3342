package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.SourceMessage;
import org.junit.jupiter.api.Test;

/** When an inbox is full, and when it is no more. */
class SourceInboxTest {
    private static final int BATCHES = 10;
    private static final int DATA_LENGTH = 1_000_000;

    private final Object lock = new Object();
    private int woken;
    private final SourceInbox inbox = new SourceInbox(() -> woken++);

    private void fill() {
        for (int i = 0; i < BATCHES; i++) {
            SourceBatch batch = new SourceBatch();
            batch.add(new SourceMessage.AddEntry(1, i, 2, new byte[DATA_LENGTH]));
            inbox.add(batch);
            assertThat(inbox.isFull()).isEqualTo((i + 1) * DATA_LENGTH > SourceInbox.MAX_BYTES);
        }
    }

    /** A source that is not read from must not count as silent: so it is full for as long as nothing is read. */
    @Test
    void itIsFullUntilTheLoopIsWoken() {
        fill();
        for (int executed = 0; executed < BATCHES; executed++) {
            assertThat(inbox.next(lock)).isNotNull();
            boolean half = (BATCHES - executed) * DATA_LENGTH <= SourceInbox.MAX_BYTES / 2;
            assertThat(inbox.isFull()).isNotEqualTo(half);
            assertThat(woken).isEqualTo(half ? 1 : 0);
        }
        assertThat(inbox.next(lock)).isNull();
        assertThat(woken).isEqualTo(1);
    }

    @Test
    void whatIsDroppedFillsNothing() {
        fill();
        inbox.next(lock);
        inbox.drop(lock);
        assertThat(inbox.isFull()).isFalse();
        assertThat(inbox.next(lock)).isNull();
        assertThat(woken).isEqualTo(1);
    }
}
