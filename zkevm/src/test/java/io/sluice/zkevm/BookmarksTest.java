package io.sluice.zkevm;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class BookmarksTest {
    @Example
    void theBytesAreThoseOfRealStreams() {
        assertThat(Bookmarks.batch(0)).isEqualTo(Bookmark.fromHex("0801"));
        assertThat(Bookmarks.batch(1)).isEqualTo(Bookmark.fromHex("08011001"));
        assertThat(Bookmarks.l2Block(0)).isEqualTo(Bookmark.fromHex("0802"));
        assertThat(Bookmarks.l2Block(11_317)).isEqualTo(Bookmark.fromHex("080210b558"));
        assertThat(Bookmarks.l2Block(-1)).isEqualTo(Bookmark.fromHex("080210ffffffffffffffffff01"));
        assertThat(Bookmarks.batch(Generation.BIG_ENDIAN, 258)).isEqualTo(Bookmark.fromHex("010000000000000102"));
        assertThat(Bookmarks.l2Block(Generation.LITTLE_ENDIAN, 258)).isEqualTo(Bookmark.fromHex("000201000000000000"));
    }

    @Property
    void whatIsMadeIsParsed(@ForAll Generation generation, @ForAll long number) {
        assertThat(Bookmarks.parse(generation, Bookmarks.batch(generation, number)))
                .contains(new ZkevmBookmark(BookmarkType.BATCH, number));
        assertThat(Bookmarks.parse(generation, Bookmarks.l2Block(generation, number)))
                .contains(new ZkevmBookmark(BookmarkType.L2_BLOCK, number));
    }

    @Example
    void whatIsNoBookmarkOfTheZkevmIsNothing() {
        assertThat(Bookmarks.parse(Bookmark.fromHex("01"))).isEmpty();
        assertThat(Bookmarks.parse(Bookmark.fromHex("0803"))).isEmpty();
        // A number that is not in its shortest form names nothing: bookmarks are compared as bytes.
        assertThat(Bookmarks.parse(Bookmark.fromHex("0802108100"))).isEmpty();
        assertThat(Bookmarks.parse(Bookmark.fromHex("08021001" + "1801"))).isEmpty();
        assertThat(Bookmarks.parse(Generation.BIG_ENDIAN, Bookmark.fromHex("0802")))
                .isEmpty();
        assertThat(Bookmarks.parse(Generation.BIG_ENDIAN, Bookmark.fromHex("020000000000000102")))
                .isEmpty();
    }

    @Property
    void anyBytesAreParsedToThemselvesOrToNothing(
            @ForAll Generation generation, @ForAll @Size(min = 1, max = 16) byte[] bytes) {
        Bookmarks.parse(generation, Bookmark.of(bytes))
                .ifPresent(parsed -> assertThat(
                                parsed.type().equals(BookmarkType.BATCH)
                                        ? Bookmarks.batch(generation, parsed.value())
                                        : Bookmarks.l2Block(generation, parsed.value()))
                        .isEqualTo(Bookmark.of(bytes)));
    }
}
