package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class FloodTest extends ServerTest {
    private static final int REPLY_LENGTH = 11 + 38;

    /** A client that asks and asks and takes no answer is made to wait by its own kernel. */
    @Test
    void aFloodOfCommandsCostsNoMemoryAndIsAnsweredInTheEnd() throws IOException {
        start();
        try (SocketChannel client = SocketChannel.open(server.address())) {
            client.configureBlocking(false);
            long sent = flood(client);
            assertThat(sent).isLessThan(64 << 20);
            // The replies that wait, the one small buffer of a read, and no more.
            assertThat(allocator.metric().usedDirectMemory()).isLessThan(256 << 10);

            long expected = sent / 16 * REPLY_LENGTH;
            client.configureBlocking(true);
            ByteBuffer replies = ByteBuffer.allocate(1 << 16);
            long received = 0;
            while (received < expected) {
                int count = client.read(replies.clear());
                assertThat(count).isPositive();
                received += count;
            }
            assertThat(received).isEqualTo(expected);
        }
    }

    /** Writes whole commands until nothing has been taken for a while. */
    private static long flood(SocketChannel client) throws IOException {
        byte[] one = TestClient.bytesOf(new Command.Header(1));
        byte[] many = new byte[1 << 16];
        for (int at = 0; at < many.length; at += one.length) {
            System.arraycopy(one, 0, many, at, one.length);
        }
        ByteBuffer commands = ByteBuffer.wrap(Arrays.copyOf(many, many.length));
        long sent = 0;
        long lastProgress = System.nanoTime();
        while (System.nanoTime() - lastProgress < TimeUnit.MILLISECONDS.toNanos(500)) {
            int count = client.write(commands);
            sent += count;
            if (count > 0) {
                lastProgress = System.nanoTime();
            }
            if (!commands.hasRemaining()) {
                commands.rewind();
            }
            LockSupport.parkNanos(10_000);
        }
        return sent;
    }
}
