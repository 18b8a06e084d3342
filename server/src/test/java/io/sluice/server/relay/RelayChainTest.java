package io.sluice.server.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.ClientException;
import io.sluice.client.StreamClient;
import io.sluice.core.StreamHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Relays behind relays show whole operations only, and clients of the last one get each entry once. */
@Timeout(600)
class RelayChainTest {
    private static final boolean THOROUGH = Boolean.getBoolean("sluice.thorough");
    private static final int CLIENTS = 100;
    private static final int OPERATIONS = THOROUGH ? 2000 : 60;
    private static final int LONGEST = 10_000;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void operationsStayWholeThroughThreeRelays(boolean extensions) throws IOException {
        long seed = Long.getLong("sluice.relay.seed", System.nanoTime());
        Random random = new Random(seed);
        List<Relay> relays = new ArrayList<>();
        List<CompletableFuture<Long>> received = new ArrayList<>();
        Set<StreamHeader> shown = ConcurrentHashMap.newKeySet();
        try (Upstreaming source = new Upstreaming(folder.resolve("source.bin"), extensions)) {
            source.commit(LONGEST, 1);
            RelayOptions options = Upstreaming.options(source);
            for (int i = 0; i < 3; i++) {
                Relay relay = Relay.start(
                        folder.resolve("relay" + i + ".bin"),
                        options.withServer(options.server().withExtensions(extensions)));
                relays.add(relay);
                Upstreaming.collectShown(relay, shown);
                options = Upstreaming.impatient(RelayOptions.to(relay.address()));
            }
            long end = LONGEST;
            int[] sizes = new int[OPERATIONS];
            for (int i = 0; i < OPERATIONS; i++) {
                sizes[i] = size(random);
                end += sizes[i];
            }
            Relay last = relays.get(2);
            for (int i = 0; i < CLIENTS; i++) {
                CompletableFuture<Long> result = new CompletableFuture<>();
                received.add(result);
                long wanted = end;
                Thread client = new Thread(() -> receive(last, wanted, result), "client");
                client.setDaemon(true);
                client.start();
            }
            for (int size : sizes) {
                source.commit(size, 1);
            }
            for (Relay relay : relays) {
                Upstreaming.awaitSame(relay, source.stream.view());
            }
            for (CompletableFuture<Long> each : received) {
                assertThat(each.join()).isEqualTo(end);
            }
            assertThat(source.shown).as("headers of the source, seed " + seed).containsAll(shown);
            assertThat(shown.size()).isGreaterThan(3);
            for (int i = 0; i < 3; i++) {
                Upstreaming.assertSameBytes(
                        folder.resolve("source.bin"),
                        folder.resolve("relay" + i + ".bin"),
                        source.stream.getHeader().totalLength());
            }
        } finally {
            for (int i = relays.size() - 1; i >= 0; i--) {
                relays.get(i).close();
            }
        }
    }

    /** Mostly small, as operations are; the longest ones too. */
    private static int size(Random random) {
        return random.nextInt(10) == 0 ? 1 + random.nextInt(LONGEST) : 1 + random.nextInt(30);
    }

    /** A client checks by itself that numbers follow each other; what they hold is compared in the files. */
    private static void receive(Relay relay, long end, CompletableFuture<Long> result) {
        try (StreamClient client = StreamClient.connect(relay.address())) {
            client.follow(0);
            long next = 0;
            while (next < end) {
                var batch = client.next(Duration.ofSeconds(60));
                if (batch == null || batch.firstNumber() != next) {
                    throw new AssertionError(batch + " came after entry " + (next - 1));
                }
                next = batch.lastNumber() + 1;
            }
            result.complete(next);
        } catch (ClientException | AssertionError e) {
            result.completeExceptionally(e);
        }
    }
}
