package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A follow that goes on where an earlier one has ended. */
@Timeout(120)
class FollowResumeTest extends ServedFile {
    private String address;
    private Path place;
    private Path out;

    @BeforeEach
    void write() {
        served.twoBlocks();
        address = served.address();
        place = folder.resolve("place");
        out = folder.resolve("out");
    }

    private Cli.Run resume(Object... options) {
        return Cli.run(words(options));
    }

    private Object[] words(Object... options) {
        Object[] words = new Object[options.length + 4];
        words[0] = "follow";
        words[1] = address;
        words[2] = "--resume";
        words[3] = place;
        System.arraycopy(options, 0, words, 4, options.length);
        return words;
    }

    private void succeeds(Object... options) {
        Cli.Run run = resume(options);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
    }

    private void fails(String message, Object... options) {
        Cli.Run run = resume(options);
        assertThat(run.err()).startsWith("sluice: ").contains(message).hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void eachStartGoesOnExactlyWhereTheLastOneEnded() throws Exception {
        for (String format : new String[] {"text", "json", "raw"}) {
            for (long until : new long[] {1, 1, 2, 4, 5, 5, 6, 6}) {
                succeeds("--format", format, "--output", out, "--until", until);
                byte[] whole = Cli.run("follow", address, "--format", format, "--until", until)
                        .bytes();
                assertThat(Files.readAllBytes(out)).as(format + " " + until).isEqualTo(whole);
            }
            Files.delete(place);
            Files.delete(out);
        }
    }

    @Test
    void onStandardOutputEachEntryComesOnceWhenItEndsWell() {
        assertThat(resume("--format", "json", "--until", 2).lines()).hasSize(2);
        assertThat(resume("--format", "json", "--until", 2).lines()).isEmpty();
        assertThat(resume("--format", "json", "--until", 1).lines())
                .as("an end that was passed")
                .isEmpty();
        assertThat(resume("--format", "json", "--until", 5).lines())
                .hasSize(3)
                .first()
                .asString()
                .startsWith("{\"number\":2,");
        assertThat(resume("--format", "json", "--until", "end").lines()).hasSize(1);
        assertThat(resume("--format", "json", "--until", "end").lines()).isEmpty();
    }

    @Test
    void whatCouldNotBeWrittenComesAgain() {
        for (String reason : new String[] {"No space left on device", "Broken pipe"}) {
            OutputStream full = new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    throw new IOException(reason);
                }
            };
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            int exitCode = Main.run(
                    Cli.args(words("--format", "json", "--until", 4)),
                    new ByteArrayInputStream(new byte[0]),
                    full,
                    new PrintStream(err, true, StandardCharsets.UTF_8));
            assertThat(exitCode).as(err.toString(StandardCharsets.UTF_8)).isEqualTo(reason.startsWith("No") ? 1 : 0);
        }
        assertThat(resume("--format", "json", "--until", 4).lines()).hasSize(4);
    }

    @Test
    void whereItBeginsCountsTheFirstTimeOnly() throws Exception {
        succeeds("--format", "json", "--output", out, "--from", 2, "--until", 3);
        succeeds("--format", "json", "--output", out, "--from", 2, "--until", 5);
        assertThat(Files.readAllLines(out)).hasSize(3).first().asString().startsWith("{\"number\":2,");
        Files.delete(place);
        Files.delete(out);

        succeeds("--format", "json", "--output", out, "--bookmark", ServedStream.SECOND, "--until", 4);
        succeeds("--format", "json", "--output", out, "--bookmark", ServedStream.FIRST, "--until", 4);
        succeeds("--format", "json", "--output", out, "--until", 5);
        assertThat(Files.readAllLines(out)).hasSize(2).first().asString().startsWith("{\"number\":3,");
        Files.delete(place);
        Files.delete(out);

        succeeds("--format", "json", "--output", out, "--from", "latest", "--until", "end");
        served.block("03", new byte[1]);
        succeeds("--format", "json", "--output", out, "--from", "latest", "--until", "end");
        assertThat(Files.readAllLines(out)).hasSize(3).first().asString().startsWith("{\"number\":6,");
    }

    @Test
    void whatIsStoppedHasStoredItsPlaceAndWholeOperationsDoToo() throws Exception {
        for (int i = 0; i < 3; i++) {
            try (Background follow = new Background(words("--whole", "--format", "json", "--output", out))) {
                int expected = 6 + 3 * i;
                Await.until(() -> Files.exists(out) && Files.readAllLines(out).size() == expected);
                follow.stop();
                assertThat(follow.exitCode()).as(follow.err()).isEqualTo(ExitCode.INTERRUPTED);
            }
            served.block("0" + i, new byte[i]);
        }
        assertThat(Files.readString(place)).contains("output out " + Files.size(out) + " ");
    }

    @Test
    void aPlaceIsStoredWhileItRuns() throws Exception {
        try (Background follow = new Background(words("--format", "json", "--output", out))) {
            Await.until(() -> Files.exists(place) && !Files.readString(place).contains("output out 0 "));
            assertThat(follow.err()).isEmpty();
        }
    }

    @Test
    void whatWasWrittenAfterThePlaceIsWrittenAgain() throws Exception {
        succeeds("--output", out, "--until", 4);
        byte[] right = Files.readAllBytes(out);
        Files.writeString(out, Files.readString(out, StandardCharsets.UTF_8) + "half of an ent");
        succeeds("--output", out, "--until", 4, "--force");
        assertThat(Files.readAllBytes(out)).isEqualTo(right);
        succeeds("--output", out, "--until", "end");
        assertThat(Files.readAllLines(out)).hasSize(6);
    }

    @Test
    void anOutputThatIsShorterOrMissingOrAnotherOneIsRefused() throws Exception {
        succeeds("--output", out, "--until", 4);
        byte[] right = Files.readAllBytes(out);

        Files.write(out, java.util.Arrays.copyOf(right, right.length - 1));
        fails(
                "has " + (right.length - 1) + " bytes, but " + place + " goes on after " + right.length
                        + ": it was cut. To start anew, remove both.",
                "--output",
                out);
        byte[] changed = right.clone();
        changed[changed.length - 2] ^= 1;
        Files.write(out, changed);
        fails("is not as it was written", "--output", out);
        assertThat(Files.readAllBytes(out)).as("untouched").isEqualTo(changed);
        Files.delete(out);
        fails("is missing, but " + place + " goes on after its first " + right.length + " bytes", "--output", out);
        assertThat(out).doesNotExist();
        Files.createDirectory(out);
        fails("is no regular file", "--output", out);
        Files.delete(out);
        fails("belongs to an output out, not to " + folder.resolve("other"), "--output", folder.resolve("other"));

        Files.write(out, right);
        succeeds("--output", out, "--until", 5);
    }

    @Test
    void anOutputThatNoPlaceBelongsToIsOverwrittenByForceOnly() throws Exception {
        Files.writeString(out, "precious");
        fails("exists already, but the resume file does not; --force overwrites it", "--output", out);
        assertThat(out).hasContent("precious");
        assertThat(place).doesNotExist();
        succeeds("--output", out, "--force", "--until", 2);
        assertThat(Files.readAllLines(out)).hasSize(2);
        succeeds("--output", out, "--force", "--until", 3);
        assertThat(Files.readAllLines(out)).as("not from the beginning").hasSize(3);
    }

    @Test
    void aFirstStartThatDiedWhereverItWasCanBeRepeated() throws Exception {
        // The place is stored, and the output is not there; then the output is there, and nothing else.
        succeeds("--output", out, "--until", 0);
        Files.delete(out);
        succeeds("--output", out, "--until", 2);
        assertThat(Files.readAllLines(out)).hasSize(2);
        Files.delete(place);
        Files.write(out, new byte[0]);
        succeeds("--output", out, "--until", 3);
        assertThat(Files.readAllLines(out)).hasSize(3);
    }

    @Test
    void aFirstStartThatIsRefusedLeavesNothingBehind() {
        fails("The stream ends before entry 7", "--output", out, "--from", 7);
        fails("Bookmark 0x77 is not in the stream", "--output", out, "--bookmark", "77");
        assertThat(place).doesNotExist();
        assertThat(out).doesNotExist();
    }

    @Test
    void whatBeganInOneWayGoesOnInThatWay() {
        succeeds("--output", out, "--until", 2, "--format", "json");
        fails("was made with --format json, and goes on with that only, not with text", "--output", out);
        fails("was made with --output " + out.getFileName() + ", and goes on in that way only", "--format", "json");
        fails("is a place in stream type 1, not 2", "--output", out, "--format", "json", "--stream-type", 2);
        place = folder.resolve("other");
        assertThat(resume("--until", 2).lines()).hasSize(2);
        fails("was made without --output", "--output", folder.resolve("new"));
        assertThat(folder.resolve("new")).doesNotExist();
    }

    @Test
    void theOutputAndThePlaceAreTwoFiles() {
        for (String ending : new String[] {"", ".lock", ".new"}) {
            Cli.Run run = resume("--output", place + ending);
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("--output and --resume need a file each");
        }
        place = folder.resolve("nowhere").resolve("place");
        fails("Cannot keep a place in " + place + ": no such file or folder", "--until", 1);
    }

    @Test
    void twoAtATimeAreRefused() throws Exception {
        Path other = folder.resolve("other");
        try (Background follow = new Background(words("--output", out))) {
            Await.until(() -> Files.exists(out) && Files.size(out) > 0);
            fails("is in use by another process", "--output", out);
            Cli.Run second = Cli.run("follow", address, "--resume", other, "--output", out, "--force");
            assertThat(second.err()).contains(out + " is being written by another process");
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(other).doesNotExist();
            assertThat(follow.err()).isEmpty();
        }
        assertThat(Files.readAllLines(out)).hasSize(6);
    }

    @Test
    void aDamagedPlaceIsRefused() throws Exception {
        succeeds("--output", out, "--until", 4);
        byte[] right = Files.readAllBytes(place);
        byte[] written = Files.readAllBytes(out);
        for (int i = 0; i < right.length; i++) {
            for (int mask : new int[] {0x01, 0x20, 0xff}) {
                byte[] damaged = right.clone();
                damaged[i] ^= (byte) mask;
                Files.write(place, damaged);
                fails("holds no place to go on from", "--output", out, "--until", 6);
            }
        }
        assertThat(Files.readAllBytes(out)).isEqualTo(written);
        Files.write(place, right);
        succeeds("--output", out, "--until", 6);
    }

    @Test
    void aLinkToThePlaceStaysALink() throws Exception {
        Path target = folder.resolve("target");
        Path link = place;
        place = target;
        assertThat(resume("--until", 2).exitCode()).isZero();
        Files.createSymbolicLink(link, target);
        place = link;
        assertThat(resume("--until", 3).lines()).hasSize(1);
        assertThat(link).isSymbolicLink();
        place = target;
        assertThat(resume("--until", 3).lines()).isEmpty();
    }

    @Test
    void anotherStreamIsRefusedAndToldWhatCanBeDone() throws Exception {
        succeeds("--output", out, "--until", "end");
        String advice = out + " keeps what was received. To start anew, remove " + place + " and " + out + ".";
        byte[] right = Files.readAllBytes(out);
        try (ServedStream other = new ServedStream(folder.resolve("other.bin"))) {
            for (int i = 0; i < 4; i++) {
                other.block("0" + i, new byte[] {(byte) i});
            }
            address = other.address();
            fails("has another stream: not even entry 0", "--output", out);
            fails(advice, "--output", out);
        }
        address = served.address();
        served.stream.truncate(3);
        fails("the stream became shorter", "--output", out);
        fails(advice, "--output", out);
        served.block("07", new byte[9]);
        fails("has another history", "--output", out);
        fails(advice, "--output", out);
        assertThat(Files.readAllBytes(out)).isEqualTo(right);
    }

    @Test
    void aHistoryThatDiffersWithinWhatComesTwiceIsNoticed() throws Exception {
        succeeds("--output", out, "--until", 5);
        served.stream.truncate(3);
        served.block("07", new byte[9]);
        fails("The stream has another history: the entries before 5 are not those that were written", "--output", out);
        served.stream.truncate(3);
        fails("The stream has only 3 entries, but those up to 4 were received: it became shorter.", "--output", out);
        assertThat(Files.readAllLines(out)).hasSize(5);
    }

    @Test
    void aPlaceBeyondTheEndIsRefused() {
        succeeds("--from", "latest", "--until", "end");
        served.stream.truncate(3);
        fails("The stream ends before the place where this would go on. To start anew, remove " + place);
    }
}
