package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryChecksum;
import io.sluice.core.EntryFormat;
import io.sluice.core.SourceMessage.Claim;
import io.sluice.core.SourceReply;
import io.sluice.core.SourceRequest;
import io.sluice.core.StreamHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a source can ask, and what it is answered. */
class SourceRequestsTest extends SourceServerTest {
    private static final Bookmark UNKNOWN = Bookmark.fromHex("ffff");
    private SourceClient source;
    private long request = 100;

    /** Bookmarks 1 to 3, with an entry of three bytes behind each. */
    @BeforeEach
    void fill() throws IOException {
        start();
        source = connect();
        source.greet();
        for (int i = 1; i <= 3; i++) {
            source.start().bookmark(i).add(2, new byte[] {1, 2, (byte) i});
            source.committed(source.commit());
        }
    }

    private ByteBuffer ask(SourceRequest asked) throws IOException {
        return source.send(asked).expect(asked.code(), asked.request(), 0).contentBuffer();
    }

    private void askInVain(SourceRequest asked, int code) throws IOException {
        SourceReply reply = source.send(asked).expect(asked.code(), asked.request(), code);
        assertThat(reply.content()).isEmpty();
        assertThat(reply.result().text()).isNotEmpty();
    }

    private static Bookmark mark(int value) {
        return Bookmark.of((byte) value);
    }

    @Test
    void headerEntryAndBookmark() throws IOException {
        assertThat(StreamHeader.read(ask(new SourceRequest.GetHeader(1, 5)))).isEqualTo(stream.getHeader());
        assertThat(EntryFormat.read(ask(new SourceRequest.GetEntry(1, 6, 3)), 0))
                .isEqualTo(stream.getEntry(3));
        assertThat(ask(new SourceRequest.GetEntry(1, 6, 3)).get(0)).isEqualTo((byte) 2);
        assertThat(ask(new SourceRequest.GetBookmark(1, 7, mark(2))).getLong()).isEqualTo(2);
        assertThat(EntryFormat.read(ask(new SourceRequest.GetFirstEventAfterBookmark(1, 8, mark(3))), 0))
                .isEqualTo(stream.getEntry(5));
        askInVain(new SourceRequest.GetEntry(1, 9, 6), 120);
        askInVain(new SourceRequest.GetEntry(1, 9, -1), 120);
        askInVain(new SourceRequest.GetBookmark(1, 10, UNKNOWN), 121);
        askInVain(new SourceRequest.GetFirstEventAfterBookmark(1, 11, UNKNOWN), 121);
        source.start().bookmark(9);
        source.committed(source.commit());
        askInVain(new SourceRequest.GetFirstEventAfterBookmark(1, 12, mark(9)), 120);
    }

    @Test
    void theOpenOperation() throws IOException {
        askInVain(new SourceRequest.GetOpenEntry(1, 1, 0), 110);
        source.start().add(2, (byte) 1).update(6, 2, new byte[] {1}, (byte) 5, (byte) 6);
        assertThat(EntryFormat.read(ask(new SourceRequest.GetOpenEntry(1, 2, 6)), 0))
                .isEqualTo(new Entry(6, 2, new byte[] {5, 6}));
        askInVain(new SourceRequest.GetOpenEntry(1, 3, 7), 113);
        askInVain(new SourceRequest.GetOpenEntry(1, 4, 5), 114);
        askInVain(new SourceRequest.GetEntry(1, 5, 6), 120);
        assertThat(StreamHeader.read(ask(new SourceRequest.GetHeader(1, 5))).totalEntries())
                .isEqualTo(6);
        askInVain(new SourceRequest.Truncate(1, 6, 0), 112);
        askInVain(new SourceRequest.Rewrite(1, 7, 1, 2, new byte[3]), 112);
        assertThat(source.committed(source.commit()).totalEntries()).isEqualTo(7);
    }

    @Test
    void truncateAndRewrite() throws IOException {
        long generation = stream.view().committed().generation();
        askInVain(new SourceRequest.Truncate(1, 6, 7), 113);
        askInVain(new SourceRequest.Rewrite(1, 7, 9, 2, new byte[3]), 113);
        askInVain(new SourceRequest.Rewrite(1, 7, 1, 3, new byte[3]), 115);
        askInVain(new SourceRequest.Rewrite(1, 7, 1, 2, new byte[4]), 116);
        assertThat(stream.view().committed().generation()).isEqualTo(generation);

        ByteBuffer rewritten = ask(new SourceRequest.Rewrite(1, 7, 1, 2, new byte[] {7, 8, 9}));
        assertThat(rewritten.getLong())
                .isEqualTo(stream.view().committed().generation())
                .isGreaterThan(generation);
        assertThat(StreamHeader.read(rewritten)).isEqualTo(stream.getHeader());
        assertThat(stream.getEntry(1).data()).containsExactly(7, 8, 9);
        ByteBuffer truncated = ask(new SourceRequest.Truncate(1, 8, 3));
        assertThat(truncated.getLong()).isEqualTo(stream.view().committed().generation());
        assertThat(StreamHeader.read(truncated).totalEntries()).isEqualTo(3);
        source.next = 3;
        assertThat(source.committed(source.sendOperation(2)).totalEntries()).isEqualTo(5);
    }

    @Test
    void checksumsOfWhatIsCommitted() throws IOException {
        EntryChecksum checksum = new EntryChecksum();
        long sum = 0;
        for (int i = 1; i < 5; i++) {
            sum += checksum.of(stream.getEntry(i));
        }
        assertThat(ask(new SourceRequest.GetChecksum(1, 5, 1, 5)).getLong()).isEqualTo(sum);
        assertThat(ask(new SourceRequest.GetChecksum(1, 5, 6, 6)).getLong()).isZero();
        assertThat(ask(new SourceRequest.GetChecksum(1, 5, 0, 0)).getLong()).isZero();
        askInVain(new SourceRequest.GetChecksum(1, 5, 1, 7), 120);
        askInVain(new SourceRequest.GetChecksum(1, 5, -1, 3), 122);
        askInVain(new SourceRequest.GetChecksum(1, 5, 4, 3), 122);
    }

    @Test
    void checksumsOverManyPagesAndRepliesStayInOrder() throws IOException {
        EntryChecksum checksum = new EntryChecksum();
        long sum = 0;
        for (int i = 0; i < 40; i++) {
            byte[] data = new byte[300_000 + i];
            source.start().add(4, data);
            sum += checksum.of(4, source.next - 1, data);
            source.committed(source.commit());
        }
        source.send(new SourceRequest.GetChecksum(1, 1, 6, 46), new SourceRequest.GetHeader(1, 2));
        source.send(new SourceRequest.GetChecksum(1, 3, 6, 46));
        assertThat(source.expect(SourceRequest.GetChecksum.CODE, 1, 0)
                        .contentBuffer()
                        .getLong())
                .isEqualTo(sum);
        source.expect(SourceRequest.GetHeader.CODE, 2, 0);
        source.expect(SourceRequest.GetChecksum.CODE, 3, 0);
    }

    @Test
    void whileMuchIsReadKeepAlivesAndTakeoversHaveTheirTurn() throws IOException {
        for (int i = 0; i < 30; i++) {
            source.start().add(4, new byte[1_000_000]);
            source.committed(source.commit());
        }
        int count = 200;
        for (int i = 1; i <= count; i++) {
            source.send(new SourceRequest.GetChecksum(1, i, 0, 36));
        }
        source.send(new SourceRequest.KeepAlive(1, 4711));
        SourceClient next = connect();
        next.greet(Claim.TAKE_OVER, 99, 1);
        int answered = 0;
        boolean alive = false;
        SourceReply reply = source.read();
        while (reply.command() != SourceReply.LEASE_LOST) {
            alive |= reply.request() == 4711;
            answered += reply.command() == SourceRequest.GetChecksum.CODE ? 1 : 0;
            reply = source.read();
        }
        assertThat(alive).isTrue();
        assertThat(answered).isLessThan(count);
    }

    private List<Entry> entriesBetween(Bookmark from, Bookmark to, List<Integer> pageLengths) throws IOException {
        List<Entry> entries = new ArrayList<>();
        long generation = 0;
        long number = 0;
        long endNumber = 0;
        while (number != -1) {
            ByteBuffer page = ask(
                    new SourceRequest.GetDataBetweenBookmarks(1, ++request, generation, number, endNumber, from, to));
            generation = page.getLong();
            number = page.getLong();
            endNumber = page.getLong();
            pageLengths.add(page.remaining());
            while (page.hasRemaining()) {
                entries.add(EntryFormat.read(page, page.position()));
                page.position(page.position() + EntryFormat.length(page, page.position()));
            }
        }
        assertThat(generation).isEqualTo(stream.view().committed().generation());
        return entries;
    }

    @Test
    void dataBetweenBookmarks() throws IOException {
        List<Integer> pages = new ArrayList<>();
        assertThat(entriesBetween(mark(1), mark(3), pages)).containsExactly(stream.getEntry(1), stream.getEntry(3));
        assertThat(entriesBetween(mark(2), mark(2), pages)).isEmpty();
        assertThat(pages).hasSize(2);
        askInVain(new SourceRequest.GetDataBetweenBookmarks(1, 5, 0, 0, 0, mark(3), mark(1)), 122);
        askInVain(new SourceRequest.GetDataBetweenBookmarks(1, 5, 0, 0, 0, mark(1), UNKNOWN), 121);
        askInVain(new SourceRequest.GetDataBetweenBookmarks(1, 5, 0, 0, 0, UNKNOWN, mark(1)), 121);
        askInVain(new SourceRequest.GetDataBetweenBookmarks(1, 5, 4711, 2, 3, mark(1), mark(3)), 108);
    }

    @Test
    void dataBetweenBookmarksInPages() throws IOException {
        List<Entry> expected = new ArrayList<>(List.of(stream.getEntry(5)));
        for (int i = 0; i < 30; i++) {
            source.start();
            for (int k = 0; k < 200; k++) {
                source.bookmark(50);
            }
            source.add(5, new byte[i % 7 == 0 ? EntryFormat.MAX_DATA_LENGTH : 90_000 + i]);
            source.committed(source.commit());
            expected.add(stream.getEntry(source.next - 1));
        }
        source.start().bookmark(99).add(2, (byte) 1);
        source.committed(source.commit());
        List<Integer> pages = new ArrayList<>();
        assertThat(entriesBetween(mark(3), mark(99), pages)).isEqualTo(expected);
        assertThat(pages).allSatisfy(length -> assertThat(length).isBetween(1, EntryFormat.PAGE_LENGTH));
        assertThat(pages.size()).isBetween(8, 20);
    }

    @Test
    void keepAliveIsAnswered() throws IOException {
        assertThat(ask(new SourceRequest.KeepAlive(1, 5)).remaining()).isZero();
    }
}
