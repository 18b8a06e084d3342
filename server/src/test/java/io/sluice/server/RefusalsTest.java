package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.SourceMessage.Claim;
import io.sluice.core.SourceResult;
import io.sluice.testing.LogLines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who guesses tokens stands in the log, and cannot fill it. */
class RefusalsTest extends SourceServerTest {
    @RegisterExtension
    final LogLines lines = new LogLines(Refusals.class);

    private void guess(int times) throws IOException {
        for (int i = 0; i < times; i++) {
            connect().greetInVain(SourceClient.greeting(Claim.NEW, i + 1, 1), SourceResult.BAD_CREDENTIALS);
        }
    }

    @Test
    void neverMoreThanTenLinesAMinute() throws IOException {
        start(options().withToken("the secret".getBytes(StandardCharsets.US_ASCII)));
        guess(25);
        assertThat(lines.all())
                .hasSize(LineBudget.MAX_LINES)
                .allMatch(line ->
                        line.matches("WARN Source 127\\.0\\.0\\.1:\\d+ is refused: it has another token, or none\\."));
        letPass(Duration.ofMinutes(1));
        Await.until(() -> lines.all().size() > LineBudget.MAX_LINES);
        assertThat(lines.all().get(LineBudget.MAX_LINES))
                .isEqualTo("WARN 15 more lines about refused sources were left out.");
        guess(12);
        assertThat(lines.all()).hasSize(2 * LineBudget.MAX_LINES + 1);
        server.close();
        assertThat(lines.all())
                .hasSize(2 * LineBudget.MAX_LINES + 2)
                .endsWith("WARN 2 more lines about refused sources were left out.");
    }
}
