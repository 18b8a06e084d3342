package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.EntryFormat;
import io.sluice.core.StreamMark;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads a stream that carries marks, and checks what holds for each: order, and that no mark lags behind. */
final class Marks {
    private final TestClient client;
    private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
    private long next;
    private long count;
    private @Nullable StreamMark last;

    Marks(TestClient client, long next) {
        this.client = client;
        this.next = next;
    }

    /** Marks so far. */
    long count() {
        return count;
    }

    /** The number of the entry that is due. */
    long next() {
        return next;
    }

    /** The newest mark. */
    @Nullable
    StreamMark last() {
        return last;
    }

    /** The bytes of the entries, without the marks. */
    byte[] entries() {
        return entries.toByteArray();
    }

    /** Reads an entry or a mark. */
    @Nullable
    StreamMark readPacket() throws IOException {
        ByteBuffer packet = client.readPacket();
        if (EntryFormat.packetType(packet, 0) == EntryFormat.PACKET_MARK) {
            StreamMark mark = StreamMark.read(packet);
            assertThat(packet.hasRemaining()).isFalse();
            assertThat(mark.wholeUpTo()).isGreaterThanOrEqualTo(next);
            last = mark;
            count++;
            return mark;
        }
        assertThat(EntryFormat.packetType(packet, 0)).isEqualTo(EntryFormat.PACKET_ENTRY);
        assertThat(EntryFormat.number(packet, 0)).isEqualTo(next);
        assertThat(last).as("a mark stands before the first entry").isNotNull();
        assertThat(last.wholeUpTo()).as("the mark before entry %d", next).isGreaterThan(next);
        byte[] entry = new byte[packet.limit()];
        packet.get(0, entry);
        entries.writeBytes(entry);
        next++;
        return null;
    }
}
