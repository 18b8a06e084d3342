package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 bytes",
        "1, 1 byte",
        "999, 999 bytes",
        "1000, 1.0 kB",
        "999949, 999.9 kB",
        "999950, 1.0 MB",
        "1500000000, 1.5 GB",
        "9000000000000000, 9000.0 TB"
    })
    void bytesInDecimalUnits(long count, String text) {
        assertThat(Words.bytes(count)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1:6900",
        "::1, [::1]:6900",
        "::, [::]:6900",
        "fe80:0:0:1:0:0:0:2, [fe80:0:0:1::2]:6900",
        "2001:db8:0:1:1:1:1:1, [2001:db8:0:1:1:1:1:1]:6900",
        "2001:db8::, [2001:db8::]:6900"
    })
    void addressesInTheirShortForm(String address, String text) throws Exception {
        assertThat(Words.address(new InetSocketAddress(InetAddress.getByName(address), 6900)))
                .isEqualTo(text);
    }

    @Test
    void aMessageIsOneLine() {
        assertThat(Words.oneLine("one\r\ntwo\tthree\n")).isEqualTo("one two three");
    }

    @Test
    void jsonStringsAreEscaped() {
        assertThat(Words.json("a\"b\\c\n")).isEqualTo("\"a\\\"b\\\\c\\u000a\"");
    }

    @Test
    void ratesSurviveNoTimeAtAll() {
        assertThat(Words.perSecond(5, Duration.ZERO)).isEqualTo(5_000_000_000L);
        assertThat(Words.perSecond(5, Duration.ofSeconds(2))).isEqualTo(3);
    }

    @Test
    void numbersAreUnsigned() {
        assertThat(Words.grouped(1234567)).isEqualTo("1,234,567");
        assertThat(Words.grouped(-1)).isEqualTo("18446744073709551615");
    }
}
