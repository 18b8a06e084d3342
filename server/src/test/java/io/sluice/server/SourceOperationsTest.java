package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.SourceGrant;
import io.sluice.core.SourceMessage;
import io.sluice.core.StreamHeader;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Operations of a source over TCP, as they should be and as they should not. */
class SourceOperationsTest extends SourceServerTest {
    @Test
    void anOperationIsInTheStreamWhenItsCommitIsAnswered() throws IOException {
        start();
        SourceClient source = connect();
        SourceGrant grant = source.greet();
        assertThat(grant.continued()).isFalse();
        assertThat(grant.header()).isEqualTo(stream.getHeader());
        assertThat(grant.generation()).isEqualTo(stream.view().committed().generation());
        assertThat(grant.unchangedBefore()).isZero();
        assertThat(grant.leaseMillis()).isEqualTo(3_600_000);

        source.start().bookmark(1).add(2, (byte) 7).add(3, new byte[100]);
        StreamHeader header = source.committed(source.commit());
        assertThat(header).isEqualTo(stream.getHeader());
        assertThat(header.totalEntries()).isEqualTo(3);
        assertThat(stream.getBookmark(Bookmark.of((byte) 1))).isZero();
        assertThat(stream.getEntry(1).data()).containsExactly(7);
        assertThat(stream.getEntry(2).type()).isEqualTo(3);
    }

    @Test
    void manyOperationsAreOnTheirWayAtOnce() throws IOException {
        start();
        SourceClient source = connect();
        source.greet();
        int count = 2_000;
        Thread writing = new Thread(() -> {
            try {
                for (int i = 0; i < count; i++) {
                    source.sendOperation(i % 4);
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        writing.start();
        long total = 0;
        for (int i = 0; i < count; i++) {
            total += i % 4;
            assertThat(source.committed(i + 1).totalEntries()).isEqualTo(total);
        }
        assertThat(stream.getHeader().totalEntries()).isEqualTo(total);
    }

    @Test
    void updatesAndRollbacks() throws IOException {
        start();
        SourceClient source = connect();
        source.greet();
        source.start().add(2, (byte) 1).add(2, (byte) 2).rollback(0);
        source.start().add(2, (byte) 3).add(2, (byte) 4);
        source.update(0, 2, new byte[] {3}, new byte[5000]).update(0, 2, new byte[5000], (byte) 9);
        assertThat(source.committed(source.commit()).totalEntries()).isEqualTo(2);
        assertThat(stream.getEntry(0).data()).containsExactly(9);
        assertThat(stream.getEntry(1).data()).containsExactly(4);
    }

    @Test
    void wrongNumbersAndChecksumsDropTheOperationAndThoseBehind() throws IOException {
        start();
        SourceClient source = connect();
        source.greet();
        source.start().add(2, (byte) 1).send(new SourceMessage.Commit(1, 1, 1, 4711));
        source.expect(SourceMessage.Commit.CODE, 1, 107);
        source.expect(SourceMessage.Commit.CODE, source.sendOperation(1), 106);
        source.next = 0;
        source.send(new SourceMessage.Start(1, 10, 0), new SourceMessage.AddEntry(1, 1, 2, new byte[1]));
        source.send(new SourceMessage.AddEntry(1, 0, 2, new byte[1]), new SourceMessage.Commit(1, 10, 1, 0));
        source.expect(SourceMessage.Commit.CODE, 10, 106);
        source.start().add(2, (byte) 1).send(new SourceMessage.Commit(1, 3, 2, 0));
        source.expect(SourceMessage.Commit.CODE, 3, 106);
        source.next = 0;
        assertThat(source.committed(source.sendOperation(2)).totalEntries()).isEqualTo(2);
    }

    @Test
    void theFirstErrorOfAnOperationIsItsAnswer() throws IOException {
        start();
        SourceClient source = connect();
        source.greet();
        source.committed(source.sendOperation(1));
        Map<SourceMessage, Integer> wrongs = Map.of(
                new SourceMessage.UpdateEntry(1, 2, 2, new byte[1]), 113,
                new SourceMessage.UpdateEntry(1, 0, 2, new byte[1]), 114,
                new SourceMessage.UpdateEntry(1, 1, 3, new byte[1]), 115,
                new SourceMessage.AddEntry(1, 2, 0xb0, new byte[1]), 117,
                new SourceMessage.AddEntry(1, 2, -1, new byte[1]), 117,
                new SourceMessage.AddEntry(1, 3, 2, new byte[1]), 106);
        for (Map.Entry<SourceMessage, Integer> wrong : wrongs.entrySet()) {
            source.next = 1;
            source.start().add(2, (byte) 1).send(wrong.getKey(), new SourceMessage.AddEntry(1, 9, 2, new byte[1]));
            source.expect(SourceMessage.Commit.CODE, source.commit(), wrong.getValue());
        }
        source.next = 1;
        assertThat(source.committed(source.sendOperation(1)).totalEntries()).isEqualTo(2);
    }

    @Test
    void misuseOfWhatHasNoAnswerIsToldWithNumberZero() throws IOException {
        start();
        SourceClient source = connect();
        source.greet();
        source.send(new SourceMessage.AddEntry(1, 0, 2, new byte[1])).expect(103, 0, 110);
        source.send(new SourceMessage.AddBookmark(1, 0, Bookmark.of((byte) 1))).expect(104, 0, 110);
        source.send(new SourceMessage.UpdateEntry(1, 0, 2, new byte[1])).expect(105, 0, 110);
        source.send(new SourceMessage.Rollback(1, 5)).expect(107, 0, 110);
        source.send(new SourceMessage.Commit(1, 5, 0, 0)).expect(106, 5, 110);
        source.start().send(new SourceMessage.Start(1, 7, 0)).expect(102, 0, 111);
        source.send(new SourceMessage.Commit(1, 7, 0, 0)).expect(106, 7, 110);
        source.add(2, (byte) 1);
        assertThat(source.committed(source.commit()).totalEntries()).isEqualTo(1);
    }
}
