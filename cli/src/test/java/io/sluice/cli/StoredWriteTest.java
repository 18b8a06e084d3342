package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.cli.StoredWrite.Progress;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoredWriteTest {
    private static final StoredWrite NEW = new StoredWrite(-2, -1, null);
    private static final StoredWrite BEGUN =
            NEW.with(new Progress(7, 3, new WritePlace(12, 0x0a0b0c0d, 4, 9), StoredWrite.NONE));
    private static final StoredWrite TRUNCATING = NEW.with(new Progress(0, 3, new WritePlace(12, -1, 4, 9), 0));

    @Test
    void comesBackAsItWas() {
        for (StoredWrite stored : List.of(NEW, BEGUN, TRUNCATING)) {
            assertThat(StoredWrite.parse(stored.toString())).isEqualTo(stored);
        }
    }

    @Test
    void looksLikeThis() {
        assertThat(BEGUN.toString()).startsWith("""
                sluice write 1
                source fffffffffffffffe
                stream 18446744073709551615
                generation 0000000000000007
                start 3
                lines 12 0a0b0c0d
                operations 4
                entries 9
                truncating -
                checksum \
                """);
        assertThat(NEW.toString()).contains("\nnew\n").hasLineCount(5);
    }

    @Test
    void whatIsNotWholeIsRefused() {
        String text = TRUNCATING.toString();
        for (int length = 0; length < text.length(); length++) {
            String part = text.substring(0, length);
            assertThatThrownBy(() -> StoredWrite.parse(part)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> StoredWrite.parse(text.replace("entries 9", "entries 8")))
                .hasMessageContaining("its checksum is");
    }
}
