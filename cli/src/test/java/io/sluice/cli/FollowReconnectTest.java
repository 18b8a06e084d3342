package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A follow whose server goes away, and comes again or not. */
@Timeout(60)
class FollowReconnectTest extends ServedFile {
    private String address;

    @BeforeEach
    void write() {
        served.twoBlocks();
        address = served.address();
    }

    /** Ends the server, and starts another one on its port. */
    private void restart() {
        int port = served.port();
        served.close();
        served = new ServedStream(file, port);
    }

    @Test
    void goesOnWhereItWasWhenTheServerIsThereAgain() throws Exception {
        for (String format : new String[] {"text", "json", "raw"}) {
            Path out = folder.resolve("out." + format);
            long until = served.stream.getHeader().totalEntries() + 9;
            try (Background follow =
                    new Background("follow", address, "--format", format, "--output", out, "--until", until)) {
                long seen = 0;
                for (int i = 0; i < 3; i++) {
                    seen = awaitMoreThan(seen, out);
                    restart();
                    served.block("0" + i, new byte[] {(byte) i});
                }
                assertThat(follow.exitCode()).as(follow.err()).isZero();
            }
            Path whole = folder.resolve("whole." + format);
            Cli.run("follow", address, "--format", format, "--output", whole, "--until", until);
            assertThat(out).hasSameBinaryContentAs(whole);
        }
    }

    private static long awaitMoreThan(long length, Path out) throws Exception {
        Await.until(() -> Files.exists(out) && Files.size(out) > length);
        return Files.size(out);
    }

    @Test
    void aLossAndAReturnAreALineEach() throws Exception {
        try (Background follow = new Background("follow", address, "--format", "json")) {
            for (int i = 0; i < 6; i++) {
                follow.line();
            }
            int port = served.port();
            served.close();
            Await.until(() -> follow.err().contains("Trying again"));
            served = new ServedStream(file, port);
            Await.until(() -> follow.err().lines().count() == 2);
            served.block("09", new byte[1]);
            assertThat(follow.line()).contains("\"number\":6,");
            assertThat(follow.err().lines().toList())
                    .satisfiesExactly(
                            lost -> assertThat(lost)
                                    .startsWith("sluice: 127.0.0.1:" + port)
                                    .contains("closed the connection while entry 6 was due")
                                    .endsWith("Trying again for up to 5 min."),
                            again ->
                                    assertThat(again).isEqualTo("sluice: Connected again, and going on with entry 6."));
        }
    }

    @Test
    void givesUpAfterTheTimeThatItWasGiven() throws Exception {
        try (Background follow = new Background("follow", address, "--from", 5, "--give-up-after", "200ms")) {
            follow.line();
            served.close();
            assertThat(follow.exitCode()).isEqualTo(1);
            assertThat(follow.err().lines().toList())
                    .satisfiesExactly(
                            lost -> assertThat(lost).endsWith("Trying again for up to 200 ms."),
                            gaveUp -> assertThat(gaveUp)
                                    .startsWith("sluice: Gave up after 200 ms")
                                    .contains("while entry 6 was due"));
        }
    }

    @Test
    void anotherHistoryEndsItAndTellsWhatCanBeDone() throws Exception {
        Path out = folder.resolve("out.json");
        try (Background follow = new Background("follow", address, "--format", "json", "--output", out)) {
            Await.until(() -> Files.exists(out) && Files.readAllLines(out).size() == 6);
            int port = served.port();
            served.stream.truncate(3);
            served.block("07", new byte[9]);
            served.close();
            served = new ServedStream(file, port);
            assertThat(follow.exitCode()).isEqualTo(1);
            assertThat(follow.err())
                    .contains("has another history: entry 3 is another one now")
                    .contains(out + " keeps what was received. Follow it anew to receive it as it is now.");
        }
        assertThat(Files.readAllLines(out)).hasSize(6);
    }

    @Test
    void wholeOperationsAreShownAsFarAsTheyAreCommitted() throws Exception {
        try (Background follow = new Background("follow", address, "--whole", "--format", "json")) {
            for (int i = 0; i < 6; i++) {
                assertThat(follow.line()).startsWith("{\"number\":" + i + ",");
            }
            served.block("03", new byte[3]);
            for (int i = 6; i < 9; i++) {
                assertThat(follow.line()).startsWith("{\"number\":" + i + ",");
            }
            follow.stop();
            assertThat(follow.exitCode()).isEqualTo(ExitCode.INTERRUPTED);
            assertThat(follow.err()).isEmpty();
        }
        assertThat(Cli.run("follow", address, "--whole", "--until", 5).lines()).hasSize(5);
    }

    @Test
    void theOptionsAreInTheHelp() {
        assertThat(Cli.run("follow", "--help").out())
                .contains("--resume=FILE", "--whole", "--give-up-after=TIME", "0s never tries again")
                .containsPattern("--from and\\s+--bookmark do not count")
                .containsPattern("same command\\s+line can be used at each start");
    }
}
