package io.sluice.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The log gives back what was put into it, from any position that is kept. */
final class SendLogTest {
    private static final int LONGEST_MESSAGE = 200_000;

    /** All that was ever put in, with what was dropped taken out again; positions count in it. */
    private ByteBuffer all = ByteBuffer.allocate(64 << 20);

    @Property(tries = 50)
    void whatIsTakenIsWhatWasPutIn(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        SendLog log = new SendLog();
        all = ByteBuffer.allocate(64 << 20);
        List<SendLog.Slice> handedOut = List.of();
        byte[] asItWas = {};
        long kept = 0;
        for (int i = 0; i < 200; i++) {
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> {
                    byte[] message = new byte[1 + random.nextInt(random.nextInt(4) == 0 ? LONGEST_MESSAGE : 500)];
                    random.nextBytes(message);
                    log.append(ByteBuffer.wrap(message));
                    all.put(message);
                }
                case 3, 4 -> {
                    // Whoever sends has had the time until now.
                    assertThat(bytes(handedOut)).isEqualTo(asItWas);
                    int from = (int) log.sent();
                    handedOut = log.take();
                    asItWas = bytes(handedOut);
                    byte[] taken = asItWas;
                    assertThat(taken).isEqualTo(slice(from, from + taken.length));
                    assertThat(log.sent()).isEqualTo(from + taken.length);
                }
                case 5 -> {
                    kept += random.nextLong(log.sent() - kept + 1);
                    log.release(kept);
                }
                case 6 -> {
                    // The connection that the last ones were for is closed.
                    handedOut = List.of();
                    asItWas = bytes(handedOut);
                    log.sendAgainFrom(kept + random.nextLong(log.sent() - kept + 1));
                }
                default -> {
                    long position = log.sent() + random.nextLong(log.end() - log.sent() + 1);
                    log.dropFrom(position);
                    all.position((int) position);
                }
            }
            assertThat(log.end()).isEqualTo(all.position());
            assertThat(log.keptBytes()).isEqualTo(log.end() - kept);
        }
        int from = (int) log.sent();
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        for (byte[] taken = bytes(log.take()); taken.length > 0; taken = bytes(log.take())) {
            rest.writeBytes(taken);
        }
        assertThat(rest.toByteArray()).isEqualTo(slice(from, all.position()));
    }

    private byte[] slice(int from, int to) {
        byte[] bytes = new byte[to - from];
        all.get(from, bytes);
        return bytes;
    }

    private static byte[] bytes(List<SendLog.Slice> slices) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        slices.forEach(slice -> bytes.write(slice.bytes(), slice.offset(), slice.length()));
        return bytes.toByteArray();
    }
}
