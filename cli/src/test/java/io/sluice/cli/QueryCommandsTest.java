package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QueryCommandsTest extends ServedFile {
    private String address;

    @BeforeEach
    void write() {
        served.twoBlocks();
        address = served.address();
    }

    @Test
    void headerForPeople() {
        Cli.Run run = Cli.run("header", address);
        assertThat(run.lines())
                .containsExactly(
                        "version       1",
                        "system id     1",
                        "stream type   1",
                        "entries       6",
                        "total length  4319 bytes");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void headerAsJson() {
        JsonNode header =
                Cli.json(Cli.run("header", address, "--format", "json").out());
        assertThat(header.get("version").asInt()).isEqualTo(1);
        assertThat(header.get("systemId").asLong()).isEqualTo(1);
        assertThat(header.get("streamType").asLong()).isEqualTo(1);
        assertThat(header.get("totalEntries").asLong()).isEqualTo(6);
        assertThat(header.get("totalLength").asLong()).isEqualTo(4319);
    }

    @Test
    void entryForPeopleIsAlignedAndShortened() {
        assertThat(Cli.run("entry", address, 0).out())
                .isEqualTo("         0    bookmark        9 B  020000000000000000\n");
        assertThat(Cli.run("entry", address, 1).out()).isEqualTo("         1           2        3 B  010203\n");
        assertThat(Cli.run("entry", address, 2).out()).isEqualTo("         2           6        0 B\n");
        assertThat(Cli.run("entry", address, 4).out())
                .isEqualTo("         4           2      100 B  " + "00".repeat(20) + "…\n");
    }

    @Test
    void entryAsJsonHasAllData() {
        assertThat(Cli.run("entry", address, 1, "--format", "json").out())
                .isEqualTo("{\"number\":1,\"type\":2,\"data\":\"010203\"}\n");
        assertThat(Cli.run("entry", address, 4, "--format", "json").out()).contains("00".repeat(100));
    }

    @Test
    void anEntryThatIsNotThere() {
        failsWith("Entry 6 is not there: the stream has 6 entries.", "entry", address, 6);
        failsWith(
                "Entry 18446744073709551615 is not there: the stream has 6 entries.",
                "entry",
                address,
                "18446744073709551615");
    }

    @Test
    void bookmarkGivesWhatFollows() {
        Cli.Run run = Cli.run("bookmark", address, "0x" + ServedStream.SECOND);
        assertThat(run.out()).startsWith("         4           2      100 B");
        assertThat(Cli.run("bookmark", address, ServedStream.FIRST, "--format", "json")
                        .out())
                .isEqualTo("{\"number\":1,\"type\":2,\"data\":\"010203\"}\n");
    }

    @Test
    void aBookmarkThatIsNotThere() {
        failsWith(
                "Bookmark 0x77 is not in the stream, or nothing but bookmarks follows it yet.",
                "bookmark",
                address,
                77);
    }

    @Test
    void rangeGivesBothBookmarks() {
        Cli.Run run = Cli.run("range", address, ServedStream.FIRST, ServedStream.SECOND);
        assertThat(run.lines()).hasSize(4);
        assertThat(run.lines().get(3)).contains("3    bookmark");
        Cli.Run json = Cli.run("range", address, ServedStream.FIRST, ServedStream.SECOND, "--format", "json");
        assertThat(json.lines())
                .hasSize(4)
                .allSatisfy(line -> assertThat(Cli.json(line).has("number")).isTrue());
    }

    @Test
    void aRangeThatIsNotThere() {
        failsWith("Bookmark 0x01 is not in the stream, or stands after bookmark 0x02.", "range", address, "01", "02");
        failsWith("Bookmark 0x02 is not in the stream.", "range", address, ServedStream.FIRST, "02");
        failsWith("stands after", "range", address, ServedStream.SECOND, ServedStream.FIRST);
    }

    @Test
    void aStreamTypeThatIsNotThere() {
        failsWith("closed the connection", "header", address, "--stream-type", 7);
    }

    private static void failsWith(String message, Object... words) {
        Cli.Run run = Cli.run(words);
        assertThat(run.err()).startsWith("sluice: ").contains(message).hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
    }
}
