package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.cli.StoredPlace.OutputEnd;
import io.sluice.client.FollowFrom;
import io.sluice.core.Bookmark;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredPlaceTest {
    private final FollowFrom bookmark = FollowFrom.bookmark(Bookmark.fromHex("0a0b"));

    @Test
    void isReadAsItWasWritten() {
        OutputEnd end = new OutputEnd(OutputEnd.nameOf(Path.of("a folder", "Ausgabe 1 %\n.json")), 17, "0badcafe");
        for (StoredPlace place : new StoredPlace[] {
            StoredPlace.at(bookmark, "raw", null),
            StoredPlace.at(bookmark, "json", end),
            new StoredPlace(bookmark, 7, "ab".repeat(32), "text", end)
        }) {
            assertThat(StoredPlace.parse(place.toString())).isEqualTo(place);
        }
    }

    @Test
    void looksLikeThis() {
        assertThat(StoredPlace.at(bookmark, "raw", null).toString())
                .isEqualTo("sluice follow 1\nbookmark 0a0b\nwritten 0 -\nformat raw\noutput -\nchecksum e54643c2\n");
    }

    @Test
    void otherTextIsRefused(@TempDir Path folder) throws Exception {
        for (String text :
                new String[] {"", "\n", "sluice follow 1\n", "sluice follow 2\nbookmark 0a0b\n", "x".repeat(70_000)}) {
            Path file = Files.writeString(folder.resolve("place"), text, StandardCharsets.US_ASCII);
            try (ResumeFile resume = ResumeFile.open(file)) {
                assertThatThrownBy(() -> resume.read(StoredPlace::parse, "remove it"))
                        .isInstanceOf(CommandFailure.class)
                        .hasMessageContaining(
                                "holds no place to go on from: it is not what sluice follow --resume stores");
            }
        }
    }

    @Test
    void whatIsNotWholeIsRefused() {
        String text = StoredPlace.at(bookmark, "raw", null).toString();
        for (int length = 0; length < text.length(); length++) {
            String part = text.substring(0, length);
            assertThatThrownBy(() -> StoredPlace.parse(part)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> StoredPlace.parse(text + "\n")).isInstanceOf(IllegalArgumentException.class);
    }
}
