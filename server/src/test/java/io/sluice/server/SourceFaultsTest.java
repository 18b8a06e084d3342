package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.Bookmark;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceMessage.Claim;
import io.sluice.core.SourceReply;
import io.sluice.core.SourceRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be understood, or comes at the wrong time, ends its connection and changes nothing. */
class SourceFaultsTest extends SourceServerTest {
    private static final byte[] TOKEN = {1, 2, 3, 4};

    private static byte[] message(long code, long streamType, int length, byte... parameters) {
        return ByteBuffer.allocate(SourceMessage.PREFIX_LENGTH + parameters.length)
                .putLong(code)
                .putLong(streamType)
                .putInt(length)
                .put(parameters)
                .array();
    }

    private static SourceMessage.Greet greetingWith(long streamType, byte[] token) {
        return new SourceMessage.Greet(
                streamType, SourceMessage.VERSION, Claim.NEW, SourceClient.ID, SourceClient.RUN, 0, token);
    }

    /** A source with an operation open, of which nothing may stay. */
    private SourceClient writing() throws IOException {
        SourceClient source = connect();
        source.greet(Claim.TAKE_OVER, SourceClient.ID, SourceClient.RUN);
        return source.start().add(2, (byte) 1);
    }

    private void nothingWasWritten() throws IOException {
        SourceClient source = connect();
        assertThat(source.greet(Claim.CONTINUE, SourceClient.ID, SourceClient.RUN)
                        .header()
                        .totalEntries())
                .isZero();
        assertThat(stream.getHeader().totalEntries()).isZero();
        source.close();
    }

    @Test
    void wrongTokensAreRefusedBeforeAnythingElseIsTold() throws IOException {
        start(options().withToken(TOKEN));
        for (byte[] wrong : new byte[][] {{}, {1, 2, 3}, {1, 2, 3, 5}, {1, 2, 3, 4, 5}, new byte[1024]}) {
            SourceReply reply = connect().greetInVain(greetingWith(1, wrong), 101);
            assertThat(reply.content()).isEmpty();
            connect().greetInVain(greetingWith(7, wrong), 101);
        }
        assertThat(stream.leases().current()).isNull();
        connect().greetInVain(greetingWith(7, TOKEN), 105);
        connect().greet(greetingWith(1, TOKEN));
    }

    @Test
    void anUnknownVersionIsToldTheKnownOnes() throws IOException {
        start();
        SourceMessage.Greet greet =
                new SourceMessage.Greet(1, 2, Claim.NEW, SourceClient.ID, SourceClient.RUN, 0, new byte[9]);
        SourceReply reply = connect().greetInVain(greet, 100);
        assertThat(reply.content()).containsExactly(0, 0, 0, 1);
    }

    @Test
    void greetingsThatAreNone() throws IOException {
        start();
        connect().greetInVain(SourceClient.greeting(Claim.NEW, 0, 1), 104);
        connect().greetInVain(SourceClient.greeting(Claim.NEW, 1, 0), 104);
        byte[] badClaim = SourceClient.bytesOf(SourceClient.greeting(Claim.NEW, 1, 1));
        badClaim[24] = 3;
        SourceClient source = connect();
        source.sendBytes(badClaim).expect(101, 0, 104);
        source.expectEnd();
        SourceClient tooLong = connect();
        tooLong.sendBytes(message(101, 1, 1054)).expect(101, 0, 104);
        tooLong.expectEnd();
        SourceClient first = connect();
        first.send(new SourceRequest.GetHeader(1, 5)).expect(110, 0, 104);
        first.expectEnd();
        connect().sendBytes(message(1, 1, 0)).expectUnknownMessage();
    }

    @Test
    void nothingMayComeBeforeTheAnswerToTheGreeting() throws IOException {
        start();
        SourceClient hasty = connect();
        hasty.send(SourceClient.greeting(Claim.NEW, 1, 1), new SourceRequest.GetHeader(1, 5));
        hasty.expect(110, 0, 104);
        hasty.expectEnd();
    }

    @Test
    void messagesThatAreNoneDropWhatIsOpen() throws IOException {
        start();
        byte[][] wrongs = {
            message(103, 1, -1),
            message(103, 1, SourceMessage.MAX_PARAMETERS_LENGTH + 1),
            message(102, 1, 15, new byte[15]),
            message(102, 1, 17, new byte[17]),
            message(102, 1, 16, new byte[16]),
            message(104, 1, 8, new byte[8]),
            message(104, 1, 25, new byte[25]),
            message(110, 1, 8, new byte[8]),
            SourceClient.bytesOf(new SourceRequest.GetHeader(2, 5)),
            SourceClient.bytesOf(SourceClient.greeting(Claim.NEW, SourceClient.ID, SourceClient.RUN))
        };
        for (byte[] wrong : wrongs) {
            SourceClient source = writing();
            SourceReply reply = source.sendBytes(wrong).read();
            assertThat(reply.result().code()).as(Arrays.toString(wrong)).isEqualTo(104);
            assertThat(reply.command()).isEqualTo(ByteBuffer.wrap(wrong).getLong());
            assertThat(reply.request()).isZero();
            source.expectEnd();
            nothingWasWritten();
        }
    }

    @Test
    void anUnknownNumberIsAnsweredAsSoonAsItIsThere() throws IOException {
        start();
        for (long code : new long[] {0, 100, 119, 120, -1, Long.MIN_VALUE}) {
            SourceClient source = writing();
            source.sendBytes(ByteBuffer.allocate(8).putLong(code).array());
            source.expectUnknownMessage();
            nothingWasWritten();
        }
    }

    @Test
    void whatCameBeforeTheFaultIsCarriedOut() throws IOException {
        start();
        SourceClient source = connect();
        source.greet();
        source.start().add(2, (byte) 1);
        byte[] commit = SourceClient.bytesOf(
                new SourceMessage.Commit(1, 1, 1, new io.sluice.core.EntryChecksum().of(2, 0, new byte[] {1})));
        byte[] both = Arrays.copyOf(commit, commit.length + 8);
        source.sendBytes(both);
        assertThat(source.committed(1).totalEntries()).isEqualTo(1);
        source.expectUnknownMessage();
    }

    @Test
    void aConnectionThatEndsItsOutputGetsItsAnswers() throws IOException {
        start();
        SourceClient source = connect();
        source.greet();
        long first = source.sendOperation(2);
        source.start().add(2, (byte) 1);
        source.socket().shutdownOutput();
        assertThat(source.committed(first).totalEntries()).isEqualTo(2);
        source.expectEnd();
        assertThat(stream.getHeader().totalEntries()).isEqualTo(2);
    }

    @Test
    void messagesMayBeCutAtAnyByte() throws IOException {
        start();
        byte[] data = {1, 2, 3};
        long sum = new io.sluice.core.EntryChecksum().of(2, 0, data);
        byte[] whole = SourceClient.bytesOf(
                new SourceMessage.Start(1, 1, 0),
                new SourceMessage.AddEntry(1, 0, 2, data),
                new SourceMessage.AddBookmark(1, 1, Bookmark.of((byte) 1)),
                new SourceMessage.Rollback(1, 1),
                new SourceMessage.Start(1, 2, 0),
                new SourceMessage.AddEntry(1, 0, 2, data),
                new SourceMessage.Commit(1, 2, 1, sum));
        SourceClient source = connect();
        source.greet();
        for (int cut = 1; cut < whole.length; cut++) {
            source.sendBytes(Arrays.copyOf(whole, cut));
            // What follows a keepAlive's answer comes in another read.
            Thread.onSpinWait();
            source.sendBytes(Arrays.copyOfRange(whole, cut, whole.length));
            assertThat(source.committed(2).totalEntries()).isEqualTo(1);
            source.send(new SourceRequest.Truncate(1, 9, 0)).expect(108, 9, 0);
        }
        source.close();
        byte[] greeting = SourceClient.bytesOf(SourceClient.greeting(Claim.TAKE_OVER, 5, 5));
        for (int cut = 0; cut < greeting.length; cut += 7) {
            SourceClient slow = connect();
            slow.sendBytes(Arrays.copyOf(greeting, cut));
            slow.sendBytes(Arrays.copyOfRange(greeting, cut, greeting.length));
            slow.expect(101, 0, 0);
            slow.close();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void randomBytesEndTheirConnectionAndChangeNothing(long seed) throws IOException {
        start();
        Random random = new Random(seed);
        for (int round = 0; round < 10; round++) {
            SourceClient source = random.nextBoolean() ? connect() : writing();
            byte[] noise = new byte[1 + random.nextInt(3000)];
            random.nextBytes(noise);
            if (random.nextBoolean()) {
                // A message that there is, with what does not belong into it.
                byte[] prefix = message(101 + random.nextInt(18), random.nextInt(3), random.nextInt(200));
                System.arraycopy(prefix, 0, noise, 0, Math.min(prefix.length, noise.length));
            }
            try {
                source.sendBytes(noise);
                source.socket().shutdownOutput();
                source.readToEnd();
            } catch (IOException e) {
                // Closed while it was still sending.
            }
        }
        assertThat(stream.getHeader().totalEntries()).isZero();
        SourceClient source = connect();
        source.greet(Claim.TAKE_OVER, 7, 7);
        assertThat(source.committed(source.sendOperation(1)).totalEntries()).isEqualTo(1);
    }
}
