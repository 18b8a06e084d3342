package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Entry;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class EntryBatchTest {
    private static final Entry FIRST = new Entry(8, 0xffff_fff0, new byte[] {1, 2, 3});
    private static final Entry SECOND = new Entry(9, 5, new byte[0]);

    /** A batch with other bytes of the buffer on both sides. */
    private static EntryBatch batch() {
        byte[] entries = ScriptedServer.join(
                ScriptedServer.entry(FIRST.number(), FIRST.type(), FIRST.data()),
                ScriptedServer.entry(SECOND.number(), SECOND.type(), SECOND.data()));
        ByteBuffer buffer = ByteBuffer.allocate(entries.length + 10);
        buffer.put(5, entries);
        return new EntryBatch(buffer, 5, 5 + entries.length, 8, 2, 5, 8);
    }

    @Test
    void theCursorGoesFromEntryToEntry() {
        EntryBatch batch = batch();
        assertThat(batch.advance()).isTrue();
        assertThat(batch.number()).isEqualTo(8);
        assertThat(batch.type()).isEqualTo(0xffff_fff0);
        assertThat(batch.dataLength()).isEqualTo(3);
        assertThat(batch.data()).isEqualTo(ByteBuffer.wrap(FIRST.data()));
        byte[] copy = new byte[5];
        assertThat(batch.copyData(copy, 1)).isEqualTo(3);
        assertThat(copy).containsExactly(0, 1, 2, 3, 0);
        assertThat(batch.advance()).isTrue();
        assertThat(batch.number()).isEqualTo(9);
        assertThat(batch.dataLength()).isZero();
        assertThat(batch.data().hasRemaining()).isFalse();
        assertThat(batch.advance()).isFalse();
        assertThat(batch.advance()).isFalse();
    }

    @Test
    void theCursorIsOnNoEntryBeforeTheFirstAndAfterTheLast() {
        EntryBatch batch = batch();
        assertThatThrownBy(batch::number)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("advance()");
        while (batch.advance()) {
            batch.number();
        }
        assertThatThrownBy(batch::type).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(batch::data).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(batch::dataLength).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theCursorCanGoBackToTheBeginning() {
        EntryBatch batch = batch();
        batch.advance();
        batch.advance();
        batch.rewind();
        batch.advance();
        assertThat(batch.number()).isEqualTo(8);
    }

    @Test
    void recordsAreTheSameInEachWayAndDoNotMoveTheCursor() {
        EntryBatch batch = batch();
        batch.advance();
        List<Entry> iterated = new ArrayList<>();
        for (Entry entry : batch) {
            iterated.add(entry);
        }
        assertThat(iterated).containsExactly(FIRST, SECOND);
        assertThat(batch.entries()).isEqualTo(iterated);
        assertThat(batch.number()).isEqualTo(8);
    }

    @Test
    void anIteratorEndsWithItsBatch() {
        EntryBatch batch = batch();
        Iterator<Entry> iterator = batch.iterator();
        iterator.next();
        batch.invalidate();
        assertThatThrownBy(iterator::next).isInstanceOf(IllegalStateException.class);
        Iterator<Entry> whole = batch().iterator();
        whole.next();
        whole.next();
        assertThatThrownBy(whole::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void viewsCannotBeWritten() {
        EntryBatch batch = batch();
        batch.advance();
        assertThatThrownBy(() -> batch.bytes().put(0, (byte) 0)).isInstanceOf(ReadOnlyBufferException.class);
        assertThatThrownBy(() -> batch.data().put(0, (byte) 0)).isInstanceOf(ReadOnlyBufferException.class);
    }
}
