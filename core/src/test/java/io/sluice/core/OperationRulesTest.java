package io.sluice.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Each misuse of a source has an error of its own, found at the call, that says what would be right. */
final class OperationRulesTest {
    private final OperationRules rules = new OperationRules(100, 74);

    @Test
    void whatNeedsAnOpenOperationSaysSo() {
        assertThatThrownBy(() -> rules.checkAdd(1, new byte[0]))
                .isInstanceOf(StreamSourceException.NoOpenOperation.class)
                .hasMessage("addStreamEntry needs an open atomic operation: call startAtomicOp first.");
        assertThatThrownBy(() -> rules.checkUpdate(0, 1, new byte[0]))
                .isInstanceOf(StreamSourceException.NoOpenOperation.class);
        assertThatThrownBy(() -> rules.checkOpen("rollbackAtomicOp"))
                .isInstanceOf(StreamSourceException.NoOpenOperation.class);
    }

    @Test
    void oneOperationAtATime() {
        rules.start();
        assertThatThrownBy(rules::start)
                .isInstanceOf(StreamSourceException.OperationAlreadyOpen.class)
                .hasMessageContaining("from entry 74 on");
        assertThatThrownBy(() -> rules.checkNotOpen("truncate"))
                .isInstanceOf(StreamSourceException.OperationPending.class)
                .hasMessageContaining("truncate");
    }

    @Test
    void reservedTypesAndTooMuchDataAreRefused() {
        rules.start();
        assertThatThrownBy(() -> rules.checkAdd(0xb0, new byte[1]))
                .isInstanceOf(StreamSourceException.ReservedEntryType.class)
                .hasMessageContaining("addStreamBookmark");
        assertThatThrownBy(() -> rules.checkAdd(-1, new byte[1]))
                .isInstanceOf(StreamSourceException.ReservedEntryType.class)
                .hasMessageContaining("ffffffff");
        assertThatThrownBy(() -> rules.checkAdd(1, new byte[101]))
                .isInstanceOf(StreamSourceException.EntryTooLarge.class)
                .hasMessageContaining("at most 100 bytes")
                .hasMessageContaining("101");
        rules.checkAdd(1, new byte[100]);
        assertThat(rules.nextNumber()).isEqualTo(74);
    }

    @Test
    void onlyEntriesOfTheOpenOperationCanBeUpdated() {
        rules.start();
        rules.added();
        assertThatThrownBy(() -> rules.checkUpdate(75, 1, new byte[0]))
                .isInstanceOf(StreamSourceException.UnknownEntryNumber.class)
                .hasMessageContaining("75");
        assertThatThrownBy(() -> rules.checkUpdate(-1, 1, new byte[0]))
                .isInstanceOf(StreamSourceException.UnknownEntryNumber.class)
                .hasMessageContaining("18446744073709551615");
        assertThatThrownBy(() -> rules.checkUpdate(73, 1, new byte[0]))
                .isInstanceOf(StreamSourceException.NotInOpenOperation.class)
                .hasMessageContaining("rewriteCommittedEntry");
        assertThatThrownBy(() -> rules.checkUpdate(74, 0xb0, new byte[17]))
                .isInstanceOf(StreamSourceException.InvalidBookmark.class);
        rules.checkUpdate(74, 1, new byte[5]);
    }

    @Test
    void aRolledBackOperationUsesUpNoNumbers() {
        rules.start();
        assertThat(rules.added()).isEqualTo(74);
        assertThat(rules.added()).isEqualTo(75);
        rules.rolledBack();
        rules.start();
        assertThat(rules.added()).isEqualTo(74);
        rules.submitted();
        rules.start();
        assertThat(rules.firstNumber()).isEqualTo(75);
    }

    @Test
    void bookmarksHave1To16Bytes() {
        assertThatThrownBy(Bookmark::of)
                .isInstanceOf(StreamSourceException.InvalidBookmark.class)
                .hasMessage("A bookmark has 1 to 16 bytes, not 0.");
        assertThatThrownBy(() -> Bookmark.of(new byte[17])).isInstanceOf(StreamSourceException.InvalidBookmark.class);
        assertThat(Bookmark.fromHex("0xFF01")).isEqualTo(Bookmark.of((byte) 255, (byte) 1));
        assertThat(Bookmark.of((byte) 255).toString()).isEqualTo("0xff");
        assertThatThrownBy(() -> Bookmark.fromHex("0x1")).isInstanceOf(IllegalArgumentException.class);
    }
}
