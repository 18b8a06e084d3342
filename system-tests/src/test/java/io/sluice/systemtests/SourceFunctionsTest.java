package io.sluice.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.Bookmark;
import io.sluice.core.Entry;
import io.sluice.core.EntryFormat;
import io.sluice.core.StreamHeader;
import io.sluice.core.StreamSource;
import io.sluice.core.StreamSourceException;
import io.sluice.core.StreamSourceException.BookmarkNotFound;
import io.sluice.core.StreamSourceException.BookmarkRangeReversed;
import io.sluice.core.StreamSourceException.EntryNotFound;
import io.sluice.core.StreamSourceException.EntryTooLarge;
import io.sluice.core.StreamSourceException.NoOpenOperation;
import io.sluice.core.StreamSourceException.NotInOpenOperation;
import io.sluice.core.StreamSourceException.OperationAlreadyOpen;
import io.sluice.core.StreamSourceException.OperationPending;
import io.sluice.core.StreamSourceException.ReservedEntryType;
import io.sluice.core.StreamSourceException.Stopped;
import io.sluice.core.StreamSourceException.UnknownEntryNumber;
import io.sluice.core.StreamSourceException.WrongDataLength;
import io.sluice.core.StreamSourceException.WrongEntryType;
import io.sluice.storage.DataStreamOptions;
import io.sluice.storage.ForcePolicy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The functions of a stream source, embedded and remote: the same calls have the same answers, and the same errors. */
@Timeout(60)
final class SourceFunctionsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Bookmark FIRST = Bookmark.of((byte) 1);
    private static final Bookmark SECOND = Bookmark.of((byte) 2);
    private static final Bookmark UNKNOWN = Bookmark.of((byte) 9);

    @TempDir
    Path folder;

    private SourceRig rig;
    private StreamSource source;

    private void open(SourceRig.Kind kind) {
        rig = new SourceRig(
                kind, folder.resolve("stream.bin"), DataStreamOptions.defaults().withForcePolicy(ForcePolicy.NEVER));
        source = rig.source();
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Bookmark 1, two entries, bookmark 2, one entry. */
    private void writeFive() {
        source.startAtomicOp();
        source.addStreamBookmark(FIRST);
        source.addStreamEntry(1, bytes("one"));
        source.addStreamEntry(2, bytes("two"));
        source.addStreamBookmark(SECOND);
        source.addStreamEntry(1, bytes("three"));
        source.commitAtomicOp();
    }

    private static void assertMisuse(Class<? extends StreamSourceException> kind, Runnable call) {
        assertThatThrownBy(call::run).isExactlyInstanceOf(kind);
    }

    @ParameterizedTest
    @EnumSource
    void entriesAreNumberedAcrossOperationsAndSeenAfterTheCommit(SourceRig.Kind kind) {
        open(kind);
        source.startAtomicOp();
        assertThat(source.addStreamBookmark(FIRST)).isZero();
        assertThat(source.addStreamEntry(7, bytes("a"))).isEqualTo(1);
        assertThat(source.getHeader().totalEntries()).isZero();
        assertMisuse(EntryNotFound.class, () -> source.getEntry(0));
        StreamHeader header = source.commitAtomicOp();
        assertThat(header.totalEntries()).isEqualTo(2);
        assertThat(source.getHeader()).isEqualTo(header).isEqualTo(rig.view().header());
        source.startAtomicOp();
        assertThat(source.addStreamEntry(7, new byte[0])).isEqualTo(2);
        assertThat(source.commitAtomicOp().totalEntries()).isEqualTo(3);
        assertThat(source.getEntry(1)).isEqualTo(new Entry(1, 7, bytes("a")));
        assertThat(source.getEntry(2)).isEqualTo(new Entry(2, 7, new byte[0]));
    }

    @ParameterizedTest
    @EnumSource
    void aRollbackGivesTheNumbersBack(SourceRig.Kind kind) {
        open(kind);
        source.startAtomicOp();
        source.addStreamBookmark(FIRST);
        source.addStreamEntry(1, bytes("dropped"));
        source.rollbackAtomicOp();
        source.startAtomicOp();
        assertThat(source.addStreamEntry(1, bytes("kept"))).isZero();
        source.commitAtomicOp();
        assertThat(source.getEntry(0).data()).isEqualTo(bytes("kept"));
        assertMisuse(BookmarkNotFound.class, () -> source.getBookmark(FIRST));
    }

    @ParameterizedTest
    @EnumSource
    void anOperationWithoutEntriesChangesNothing(SourceRig.Kind kind) {
        open(kind);
        writeFive();
        StreamHeader before = source.getHeader();
        source.startAtomicOp();
        assertThat(source.commitAtomicOp()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void anUpdateChangesDataOfAnyLengthInTheOpenOperation(SourceRig.Kind kind) {
        open(kind);
        source.startAtomicOp();
        source.addStreamEntry(1, bytes("first"));
        source.addStreamBookmark(FIRST);
        source.addStreamEntry(2, bytes("second"));
        source.updateEntryData(0, 1, new byte[70_000]);
        source.updateEntryData(1, EntryFormat.TYPE_BOOKMARK, SECOND.toBytes());
        source.updateEntryData(2, 2, bytes(""));
        source.updateEntryData(0, 1, bytes("1st"));
        source.commitAtomicOp();
        assertThat(source.getEntry(0).data()).isEqualTo(bytes("1st"));
        assertThat(source.getEntry(2).data()).isEmpty();
        assertThat(source.getBookmark(SECOND)).isEqualTo(1);
        assertMisuse(BookmarkNotFound.class, () -> source.getBookmark(FIRST));
    }

    @ParameterizedTest
    @EnumSource
    void everyMisuseHasItsErrorAndHarmsNothing(SourceRig.Kind kind) {
        open(kind);
        writeFive();
        assertMisuse(NoOpenOperation.class, () -> source.addStreamEntry(1, bytes("x")));
        assertMisuse(NoOpenOperation.class, () -> source.addStreamBookmark(FIRST));
        assertMisuse(NoOpenOperation.class, () -> source.updateEntryData(0, 1, bytes("x")));
        assertMisuse(NoOpenOperation.class, source::commitAtomicOp);
        assertMisuse(NoOpenOperation.class, () -> source.commitAtomicOpAsync().join());
        assertMisuse(NoOpenOperation.class, source::rollbackAtomicOp);
        source.startAtomicOp();
        assertMisuse(OperationAlreadyOpen.class, source::startAtomicOp);
        assertMisuse(ReservedEntryType.class, () -> source.addStreamEntry(EntryFormat.TYPE_BOOKMARK, bytes("x")));
        assertMisuse(ReservedEntryType.class, () -> source.addStreamEntry(EntryFormat.TYPE_NOT_FOUND, bytes("x")));
        assertMisuse(EntryTooLarge.class, () -> source.addStreamEntry(1, new byte[EntryFormat.MAX_DATA_LENGTH + 1]));
        assertThat(source.addStreamEntry(3, bytes("five"))).isEqualTo(5);
        assertMisuse(UnknownEntryNumber.class, () -> source.updateEntryData(6, 3, bytes("x")));
        assertMisuse(NotInOpenOperation.class, () -> source.updateEntryData(4, 1, bytes("x")));
        assertMisuse(WrongEntryType.class, () -> source.updateEntryData(5, 4, bytes("x")));
        assertMisuse(
                EntryTooLarge.class, () -> source.updateEntryData(5, 3, new byte[EntryFormat.MAX_DATA_LENGTH + 1]));
        assertMisuse(OperationPending.class, () -> source.truncate(0));
        assertMisuse(OperationPending.class, () -> source.rewriteCommittedEntry(1, 1, bytes("ONE")));
        source.commitAtomicOp();
        assertMisuse(UnknownEntryNumber.class, () -> source.truncate(7));
        assertMisuse(WrongEntryType.class, () -> source.rewriteCommittedEntry(1, 2, bytes("ONE")));
        assertMisuse(WrongDataLength.class, () -> source.rewriteCommittedEntry(1, 1, bytes("longer")));
        assertMisuse(EntryNotFound.class, () -> source.getEntry(6));
        assertMisuse(EntryNotFound.class, () -> source.getEntry(-1));
        assertMisuse(BookmarkNotFound.class, () -> source.getBookmark(UNKNOWN));
        assertMisuse(BookmarkNotFound.class, () -> source.getFirstEventAfterBookmark(UNKNOWN));
        assertMisuse(BookmarkNotFound.class, () -> source.getDataBetweenBookmarks(FIRST, UNKNOWN));
        assertMisuse(BookmarkRangeReversed.class, () -> source.getDataBetweenBookmarks(SECOND, FIRST));
        assertThat(source.getHeader().totalEntries()).isEqualTo(6);
        assertThat(source.getEntry(5).data()).isEqualTo(bytes("five"));
    }

    @ParameterizedTest
    @EnumSource
    void queriesSeeWhatIsCommittedWhileAnOperationIsOpen(SourceRig.Kind kind) {
        open(kind);
        writeFive();
        source.startAtomicOp();
        source.addStreamBookmark(FIRST);
        source.addStreamEntry(9, bytes("newer"));
        assertThat(source.getBookmark(FIRST)).isZero();
        assertThat(source.getFirstEventAfterBookmark(FIRST)).isEqualTo(new Entry(1, 1, bytes("one")));
        assertThat(texts(source.getDataBetweenBookmarks(FIRST, SECOND))).containsExactly("one", "two");
        source.commitAtomicOp();
        assertThat(source.getBookmark(FIRST)).isEqualTo(5);
        assertThat(source.getFirstEventAfterBookmark(FIRST)).isEqualTo(new Entry(6, 9, bytes("newer")));
        assertThat(texts(source.getDataBetweenBookmarks(SECOND, FIRST))).containsExactly("three");
        assertThat(source.getDataBetweenBookmarks(FIRST, FIRST)).isEmpty();
    }

    private static List<String> texts(Iterable<byte[]> data) {
        List<String> texts = new ArrayList<>();
        data.forEach(bytes -> texts.add(new String(bytes, StandardCharsets.UTF_8)));
        return texts;
    }

    @ParameterizedTest
    @EnumSource
    void aRangeMayBeLong(SourceRig.Kind kind) {
        open(kind);
        source.startAtomicOp();
        source.addStreamBookmark(FIRST);
        for (int i = 0; i < 300; i++) {
            byte[] data = new byte[20_000 + i];
            data[0] = (byte) i;
            source.addStreamEntry(1, data);
            source.addStreamBookmark(Bookmark.of((byte) 5, (byte) i));
        }
        source.addStreamEntry(1, new byte[EntryFormat.MAX_DATA_LENGTH]);
        source.addStreamBookmark(SECOND);
        source.commitAtomicOp();
        Iterable<byte[]> range = source.getDataBetweenBookmarks(FIRST, SECOND);
        for (int round = 0; round < 2; round++) {
            int i = 0;
            for (byte[] data : range) {
                assertThat(data).hasSize(i == 300 ? EntryFormat.MAX_DATA_LENGTH : 20_000 + i);
                assertThat(data[0]).isEqualTo((byte) (i == 300 ? 0 : i));
                i++;
            }
            assertThat(i).isEqualTo(301);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsTruncatedIsGoneAndNumbersGoOnThere(SourceRig.Kind kind) {
        open(kind);
        writeFive();
        source.truncate(5);
        assertThat(source.getHeader().totalEntries()).isEqualTo(5);
        source.truncate(2);
        assertThat(source.getHeader().totalEntries()).isEqualTo(2);
        assertMisuse(BookmarkNotFound.class, () -> source.getBookmark(SECOND));
        source.startAtomicOp();
        assertThat(source.addStreamEntry(8, bytes("other"))).isEqualTo(2);
        source.commitAtomicOp();
        assertThat(source.getEntry(2)).isEqualTo(new Entry(2, 8, bytes("other")));
    }

    @ParameterizedTest
    @EnumSource
    void aCommittedEntryCanBeRewritten(SourceRig.Kind kind) {
        open(kind);
        writeFive();
        source.rewriteCommittedEntry(1, 1, bytes("ONE"));
        source.rewriteCommittedEntry(0, EntryFormat.TYPE_BOOKMARK, UNKNOWN.toBytes());
        assertThat(source.getEntry(1).data()).isEqualTo(bytes("ONE"));
        assertThat(source.getBookmark(UNKNOWN)).isZero();
        assertMisuse(BookmarkNotFound.class, () -> source.getBookmark(FIRST));
        source.startAtomicOp();
        assertThat(source.addStreamEntry(1, bytes("next"))).isEqualTo(5);
        source.commitAtomicOp();
    }

    @ParameterizedTest
    @EnumSource
    void operationsThatNobodyWaitsForAreAcknowledgedInOrder(SourceRig.Kind kind) {
        open(kind);
        List<CompletableFuture<StreamHeader>> outcomes = new ArrayList<>();
        List<Long> order = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 5_000; i++) {
            source.startAtomicOp();
            source.addStreamBookmark(Bookmark.of((byte) (i >> 8), (byte) i));
            source.addStreamEntry(1, bytes("entry " + i));
            outcomes.add(source.commitAtomicOpAsync().whenComplete((header, failure) -> {
                order.add(header.totalEntries());
            }));
        }
        for (int i = 0; i < outcomes.size(); i++) {
            assertThat(outcomes.get(i).join().totalEntries()).isEqualTo(2L * (i + 1));
        }
        assertThat(order).hasSize(5_000).isSorted();
        assertThat(source.getEntry(9_999).data()).isEqualTo(bytes("entry 4999"));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsChainedToACommitMayCallTheSource(SourceRig.Kind kind) {
        open(kind);
        source.startAtomicOp();
        source.addStreamEntry(1, bytes("a"));
        CompletableFuture<Entry> found = source.commitAtomicOpAsync().thenApply(header -> source.getEntry(0));
        assertThat(found).succeedsWithin(PATIENCE).isEqualTo(new Entry(0, 1, bytes("a")));
        source.startAtomicOp();
        source.addStreamEntry(1, bytes("b"));
        CompletableFuture<Void> closed = source.commitAtomicOpAsync().thenRun(source::close);
        assertThat(closed).succeedsWithin(PATIENCE);
        assertMisuse(Stopped.class, source::startAtomicOp);
        assertThat(rig.view().committed().entries()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void closingRollsBackWhatIsOpenAndKeepsWhatIsOnItsWay(SourceRig.Kind kind) {
        open(kind);
        List<CompletableFuture<StreamHeader>> outcomes = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            source.startAtomicOp();
            source.addStreamEntry(1, bytes("entry " + i));
            outcomes.add(source.commitAtomicOpAsync());
        }
        source.startAtomicOp();
        source.addStreamEntry(1, bytes("open"));
        source.close();
        assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome).isCompleted());
        assertThat(rig.view().committed().entries()).isEqualTo(100);
        assertMisuse(Stopped.class, source::startAtomicOp);
        assertMisuse(Stopped.class, source::getHeader);
    }
}
