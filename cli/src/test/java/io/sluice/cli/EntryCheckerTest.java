package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cli.DemoChain.PlannedEntry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EntryCheckerTest {
    private static final long SEED = 42;
    private static final int COUNT = 100;

    private final List<PlannedEntry> committed = committed();
    private final EntryChecker checker = new EntryChecker(SEED);

    private static List<PlannedEntry> committed() {
        DemoChain chain = new DemoChain(SEED);
        List<PlannedEntry> entries = new ArrayList<>();
        while (entries.size() < COUNT) {
            entries.addAll(chain.next().entries());
        }
        return entries.subList(0, COUNT);
    }

    @Test
    void believesWhatIsRight() {
        receive(0, COUNT);
        checker.end(COUNT);
        assertThat(checker.isGood()).isTrue();
        assertThat(checker.received()).isEqualTo(COUNT);
    }

    @Test
    void seesAGap() {
        receive(0, 10);
        receive(13, COUNT);
        checker.end(COUNT);
        assertThat(checker.isGood()).isFalse();
        assertThat(checker.verdict()).isEqualTo("3 missing, 0 repeated, 0 different; first: entry 10 is missing");
    }

    @Test
    void seesAGapAtTheBeginningAndAtTheEnd() {
        receive(1, COUNT - 1);
        checker.end(COUNT);
        assertThat(checker.verdict()).startsWith("2 missing, 0 repeated, 0 different; first: entry 0 is missing");
    }

    @Test
    void seesThatNothingCame() {
        checker.end(COUNT);
        assertThat(checker.verdict()).startsWith("100 missing");
    }

    @Test
    void seesARepeat() {
        receive(0, 20);
        receive(18, COUNT);
        checker.end(COUNT);
        assertThat(checker.verdict()).isEqualTo("0 missing, 2 repeated, 0 different; first: entry 18 came again");
    }

    @Test
    void seesOtherBytesAnotherTypeAndAnotherLength() {
        receive(0, 10);
        byte[] altered = committed.get(10).data().clone();
        altered[altered.length - 1] ^= 1;
        checker.check(10, committed.get(10).type(), ByteBuffer.wrap(altered));
        checker.check(11, 99, ByteBuffer.wrap(committed.get(11).data()));
        checker.check(12, committed.get(12).type(), ByteBuffer.allocate(0));
        receive(13, COUNT);
        checker.end(COUNT);
        assertThat(checker.verdict())
                .isEqualTo("0 missing, 0 repeated, 3 different; first: entry 10 is not what was committed");
    }

    @Test
    void seesTwoThatChangedPlaces() {
        receive(0, 10);
        receive(11, 12);
        receive(10, 11);
        receive(12, COUNT);
        checker.end(COUNT);
        assertThat(checker.verdict()).startsWith("1 missing, 1 repeated, 0 different");
    }

    @Test
    void seesWhatWasNeverCommitted() {
        receive(0, COUNT);
        checker.end(COUNT - 1);
        assertThat(checker.verdict())
                .isEqualTo("0 missing, 0 repeated, 1 different; first: entry 99 was never committed");
    }

    @Test
    void seesAWildNumber() {
        receive(0, 10);
        checker.check(-1, 2, ByteBuffer.allocate(0));
        checker.check(Long.MAX_VALUE, 2, ByteBuffer.allocate(0));
        receive(10, COUNT);
        checker.end(COUNT);
        assertThat(checker.verdict()).startsWith("0 missing, 0 repeated, 2 different");
    }

    @Test
    void anotherSeedIsAnotherChain() {
        EntryChecker other = new EntryChecker(SEED + 1);
        for (int i = 0; i < COUNT; i++) {
            other.check(
                    i, committed.get(i).type(), ByteBuffer.wrap(committed.get(i).data()));
        }
        other.end(COUNT);
        assertThat(other.isGood()).isFalse();
    }

    private void receive(int from, int to) {
        for (int i = from; i < to; i++) {
            checker.check(
                    i, committed.get(i).type(), ByteBuffer.wrap(committed.get(i).data()));
        }
    }
}
