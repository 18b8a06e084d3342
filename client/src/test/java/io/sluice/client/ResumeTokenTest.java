package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** A resume token is read as it was written, or not at all. */
final class ResumeTokenTest {
    private static ResumeToken token(OptionalLong generation) {
        byte[] digest = new byte[32];
        for (int i = 0; i < 32; i++) {
            digest[i] = (byte) (0x23 + 0x22 * i);
        }
        return new ResumeToken(1, 1101, 74, 74, digest, new Origin(0, 0xaa), generation);
    }

    @Property
    void isReadAsItWasWritten(
            @ForAll long streamType,
            @ForAll long systemId,
            @ForAll long next,
            @ForAll @IntRange(max = 256) int count,
            @ForAll @Size(32) byte[] digest,
            @ForAll long origin,
            @ForAll long fingerprint,
            @ForAll boolean hasGeneration,
            @ForAll long generation) {
        OptionalLong which = hasGeneration ? OptionalLong.of(generation) : OptionalLong.empty();
        ResumeToken token =
                new ResumeToken(streamType, systemId, next, count, digest, new Origin(origin, fingerprint), which);
        assertThat(token.toString()).matches("[ -~]{1,250}");
        ResumeToken read = ResumeToken.parse(token.toString());
        assertThat(read).isEqualTo(token).hasSameHashCodeAs(token).hasToString(token.toString());
        assertThat(read.streamType()).isEqualTo(streamType);
        assertThat(read.systemId()).isEqualTo(systemId);
        assertThat(read.nextNumber()).isEqualTo(next);
        assertThat(read.windowCount()).isEqualTo(count);
        assertThat(read.origin()).isEqualTo(new Origin(origin, fingerprint));
        assertThat(read.generation()).isEqualTo(which);
        assertThat(read.matches(digest)).isTrue();
        digest[count % 32] ^= 1;
        assertThat(read.matches(digest)).isFalse();
    }

    @Test
    void theTextIsPinned() {
        assertThat(token(OptionalLong.of(Follow.OLD)).toString())
                .startsWith("sluice1:1:1101:74:74:2345")
                .matches("sluice1:1:1101:74:74:[0-9a-f]{64}:0:00000000000000aa:1111222233334444:[0-9a-f]{8}");
        assertThat(token(OptionalLong.empty()).toString()).contains(":00000000000000aa:-:");
    }

    @Test
    void eachChangedCharacterIsNoticed() {
        for (ResumeToken token : new ResumeToken[] {token(OptionalLong.of(Follow.OLD)), token(OptionalLong.empty())}) {
            String text = token.toString();
            for (int at = 0; at < text.length(); at++) {
                for (char other = ' '; other <= '~'; other++) {
                    if (other != text.charAt(at)) {
                        String changed = text.substring(0, at) + other + text.substring(at + 1);
                        assertThatThrownBy(() -> ResumeToken.parse(changed))
                                .as(changed)
                                .isInstanceOf(IllegalArgumentException.class);
                    }
                }
                String shorter = text.substring(0, at) + text.substring(at + 1);
                assertThatThrownBy(() -> ResumeToken.parse(shorter))
                        .as(shorter)
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void whatIsNoTokenIsSaidWithoutRepeatingWhatCouldForgeALine() {
        assertThatThrownBy(() -> ResumeToken.parse("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ResumeToken.parse("a\nb")).hasMessageEndingWith("not like 'a?b'.");
    }
}
