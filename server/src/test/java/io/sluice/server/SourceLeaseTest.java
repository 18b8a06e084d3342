package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.EntryChecksum;
import io.sluice.core.LeaseHolder;
import io.sluice.core.SourceGrant;
import io.sluice.core.SourceMessage;
import io.sluice.core.SourceMessage.Claim;
import io.sluice.core.SourceReply;
import io.sluice.core.SourceRequest;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Who gets the lease, who loses it, and that nothing is written by a source that has lost it. */
class SourceLeaseTest extends SourceServerTest {
    private static final long OTHER = 0x9999;
    private static final Duration LEASE = Duration.ofHours(1);

    private static String addressOf(SourceClient client) {
        return "127.0.0.1:" + client.socket().getLocalPort();
    }

    private LeaseHolder heldBy() throws IOException {
        SourceReply reply = connect().greetInVain(SourceClient.greeting(Claim.NEW, OTHER, 1), 102);
        return LeaseHolder.of(reply.contentBuffer());
    }

    private void gone(SourceClient client) throws IOException {
        int before = server.connectionCount();
        client.close();
        Await.until(() -> server.connectionCount() < before);
    }

    @Test
    void whileASourceIsConnectedNobodyElseGetsTheLease() throws IOException {
        start();
        SourceClient source = connect();
        source.greet();
        LeaseHolder holder = heldBy();
        assertThat(holder.address()).isEqualTo(addressOf(source));
        assertThat(holder.isConnected()).isTrue();
        assertThat(holder.sinceMillis()).isBetween(System.currentTimeMillis() - 60_000, System.currentTimeMillis());
        connect().greetInVain(SourceClient.greeting(Claim.CONTINUE, OTHER, 1), 103);
        assertThat(source.committed(source.sendOperation(1)).totalEntries()).isEqualTo(1);
    }

    @Test
    void whenItsTimeIsOverAnybodyCanHaveItAndUntilThenItCanComeBack() throws IOException {
        start();
        SourceClient source = connect();
        SourceGrant first = source.greet();
        source.committed(source.sendOperation(3));
        gone(source);
        assertThat(heldBy().endsInMillis()).isBetween(3_500_000L, 3_600_000L);
        SourceClient again = connect();
        SourceGrant second = again.greet(Claim.CONTINUE, SourceClient.ID, SourceClient.RUN);
        assertThat(second.epoch()).isEqualTo(first.epoch());
        assertThat(second.continued()).isTrue();
        assertThat(second.header().totalEntries()).isEqualTo(3);
        gone(again);
        letPass(LEASE);
        SourceClient late = connect();
        assertThat(late.greet(Claim.CONTINUE, SourceClient.ID, SourceClient.RUN).epoch())
                .isEqualTo(first.epoch());
        gone(late);
        letPass(LEASE);
        SourceClient other = connect();
        SourceGrant third = other.greet(Claim.NEW, OTHER, 1);
        assertThat(third.epoch()).isGreaterThan(first.epoch());
        assertThat(third.continued()).isFalse();
        connect().greetInVain(SourceClient.greeting(Claim.CONTINUE, SourceClient.ID, SourceClient.RUN), 103);
    }

    @Test
    void aNewRunOfASourceTakesThePlaceOfTheOldOne() throws IOException {
        start();
        SourceClient old = connect();
        SourceGrant first = old.greet();
        SourceClient restarted = connect();
        SourceGrant second = restarted.greet(Claim.NEW, SourceClient.ID, SourceClient.RUN + 1);
        assertThat(second.continued()).isTrue();
        assertThat(second.epoch()).isGreaterThan(first.epoch());
        old.expectLeaseLost();
        connect().greetInVain(SourceClient.greeting(Claim.CONTINUE, SourceClient.ID, SourceClient.RUN), 103);
        assertThat(restarted.committed(restarted.sendOperation(1)).totalEntries())
                .isEqualTo(1);
    }

    @Test
    void aTakeoverAnswersWhatIsOnItsWayAndDropsWhatIsOpen() throws IOException {
        start();
        SourceClient old = connect();
        old.greet();
        long committed = old.sendOperation(2);
        old.start().add(2, (byte) 1).add(2, (byte) 2);
        old.send(new SourceRequest.GetOpenEntry(1, 77, 3));
        // Whichever comes first: after the request all of it is executed.
        SourceReply one = old.read();
        SourceReply two = old.read();
        assertThat(one.result().isOk() && two.result().isOk()).isTrue();
        assertThat(java.util.Set.of(one.request(), two.request())).containsExactlyInAnyOrder(77L, committed);
        SourceClient next = connect();
        SourceGrant grant = next.greet(Claim.TAKE_OVER, OTHER, 1);
        assertThat(grant.continued()).isFalse();
        assertThat(grant.header().totalEntries()).isEqualTo(2);
        old.expectLeaseLost();
        assertThat(next.committed(next.sendOperation(1)).totalEntries()).isEqualTo(3);
        connect().greetInVain(SourceClient.greeting(Claim.NEW, SourceClient.ID, SourceClient.RUN + 1), 102);
    }

    @Test
    void nothingOfTheOldSourceComesAfterTheTakeover() throws Exception {
        start();
        for (int round = 1; round <= 10; round++) {
            SourceClient old = connect();
            old.greet(Claim.TAKE_OVER, SourceClient.ID, round);
            Thread writing = new Thread(() -> {
                try {
                    while (true) {
                        old.sendOperation(3);
                    }
                } catch (IOException e) {
                    // The end of its connection.
                }
            });
            writing.start();
            SourceClient next = connect();
            long before = stream.getHeader().totalEntries();
            Await.until(() -> stream.getHeader().totalEntries() > before + 300);
            SourceGrant grant = next.greet(Claim.TAKE_OVER, OTHER, round);
            long first = grant.header().totalEntries();
            for (int i = 0; i < 20; i++) {
                next.start().add(9, (byte) i);
                assertThat(next.committed(next.commit()).totalEntries()).isEqualTo(first + i + 1);
            }
            // What was acknowledged before the notice is in, and nothing else of it.
            long answered = 0;
            SourceReply reply = old.read();
            while (reply.command() == SourceMessage.Commit.CODE) {
                answered =
                        io.sluice.core.StreamHeader.read(reply.contentBuffer()).totalEntries();
                reply = old.read();
            }
            assertThat(reply.command()).isEqualTo(SourceReply.LEASE_LOST);
            assertThat(answered).isEqualTo(first);
            old.close();
            writing.join();
            next.close();
        }
    }

    @Test
    void theSameRunOverAnotherConnectionClosesTheOlderOneWithoutANotice() throws IOException {
        start();
        SourceClient old = connect();
        SourceGrant first = old.greet();
        old.committed(old.sendOperation(2));
        old.start().add(2, (byte) 1);
        SourceClient again = connect();
        SourceGrant second = again.greet(Claim.CONTINUE, SourceClient.ID, SourceClient.RUN);
        assertThat(second.epoch()).isEqualTo(first.epoch());
        assertThat(second.header().totalEntries()).isEqualTo(2);
        old.expectEnd();
        again.next = 0;
        assertThat(again.send(new SourceRequest.GetChecksum(1, 5, 0, 2))
                        .expect(SourceRequest.GetChecksum.CODE, 5, 0)
                        .contentBuffer()
                        .getLong())
                .isEqualTo(new EntryChecksum().of(stream.getEntry(0)) + new EntryChecksum().of(stream.getEntry(1)));
    }

    @Test
    void whoIsSilentLosesItsConnectionAndItsLease() throws IOException {
        start();
        SourceClient source = connect();
        source.greet();
        for (int i = 1; i < 5; i++) {
            letPass(Duration.ofMinutes(40));
            source.send(new SourceRequest.KeepAlive(1, i)).expect(SourceRequest.KeepAlive.CODE, i, 0);
        }
        letPass(LEASE);
        source.expectEnd();
        SourceClient other = connect();
        assertThat(other.greet(Claim.NEW, OTHER, 1).continued()).isFalse();
    }

    @Test
    void whoDoesNotGreetIsClosedAfterTenSeconds() throws IOException {
        start();
        SourceClient source = connect();
        source.sendBytes(new byte[] {0, 0, 0});
        Await.until(() -> server.connectionCount() == 1);
        letPass(Duration.ofSeconds(10));
        source.expectEnd();
    }

    @Test
    void theLeaseOutlivesTheServer() throws IOException {
        start();
        SourceClient source = connect();
        SourceGrant first = source.greet();
        source.committed(source.sendOperation(1));
        source.start().add(2, (byte) 9);
        restart();
        source.expectEnd();
        assertThat(heldBy().endsInMillis()).isBetween(1L, 3_600_000L);
        assertThat(heldBy().address()).isEqualTo(addressOf(source));
        SourceClient again = connect();
        SourceGrant second = again.greet(Claim.CONTINUE, SourceClient.ID, SourceClient.RUN);
        assertThat(second.epoch()).isEqualTo(first.epoch());
        assertThat(second.header().totalEntries()).isEqualTo(1);
        assertThat(second.generation()).isEqualTo(first.generation());
        restart();
        letPass(LEASE);
        assertThat(connect().greet(Claim.NEW, OTHER, 1).epoch()).isGreaterThan(first.epoch());
    }

    @Test
    void whoGivesItBackDoesNotKeepAnybodyWaiting() throws IOException {
        start();
        SourceClient source = connect();
        SourceGrant first = source.greet();
        long committed = source.sendOperation(1);
        source.start().add(2, (byte) 1).send(new SourceRequest.Close(1, 9));
        source.committed(committed);
        source.expect(SourceRequest.Close.CODE, 9, 0);
        source.expectEnd();
        assertThat(stream.getHeader().totalEntries()).isEqualTo(1);
        SourceClient again = connect();
        SourceGrant second = again.greet();
        assertThat(second.epoch()).isEqualTo(first.epoch());
        assertThat(second.continued()).isTrue();
        again.send(new SourceRequest.Close(1, 1)).expect(SourceRequest.Close.CODE, 1, 0);
        restart();
        assertThat(connect().greet(Claim.NEW, OTHER, 1).continued()).isFalse();
    }

    @Test
    void whatIsWrittenInTheServersProcessFencesTheSource() throws IOException {
        start();
        SourceClient source = connect();
        SourceGrant first = source.greet();
        source.committed(source.sendOperation(1));
        server.close();
        stream.startAtomicOp();
        stream.addStreamEntry(2, new byte[1]);
        stream.commitAtomicOp();
        start();
        connect().greetInVain(SourceClient.greeting(Claim.CONTINUE, SourceClient.ID, SourceClient.RUN), 103);
        SourceGrant second = connect().greet();
        assertThat(second.continued()).isFalse();
        assertThat(second.epoch()).isGreaterThan(first.epoch());
        assertThat(second.header().totalEntries()).isEqualTo(2);
    }

    @Test
    void withoutANoteNobodyCanGoOn() throws IOException {
        start();
        connect().greetInVain(SourceClient.greeting(Claim.CONTINUE, SourceClient.ID, SourceClient.RUN), 103);
        assertThat(connect()
                        .greet(Claim.TAKE_OVER, SourceClient.ID, SourceClient.RUN)
                        .continued())
                .isFalse();
    }

    @Test
    void theGrantTellsWhatIsUnchanged() throws IOException {
        start();
        SourceClient source = connect();
        SourceGrant first = source.greet();
        source.committed(source.sendOperation(5));
        source.send(new SourceRequest.Truncate(1, 8, 3)).expect(SourceRequest.Truncate.CODE, 8, 0);
        gone(source);
        SourceMessage.Greet greet = new SourceMessage.Greet(
                1, 1, Claim.CONTINUE, SourceClient.ID, SourceClient.RUN, first.generation(), SourceClient.NO_TOKEN);
        SourceClient again = connect();
        SourceGrant second = again.greet(greet);
        assertThat(second.unchangedBefore()).isEqualTo(3);
        assertThat(second.generation()).isNotEqualTo(first.generation());
        gone(again);
        SourceMessage.Greet current = new SourceMessage.Greet(
                1, 1, Claim.CONTINUE, SourceClient.ID, SourceClient.RUN, second.generation(), SourceClient.NO_TOKEN);
        assertThat(connect().greet(current).unchangedBefore()).isEqualTo(-1);
    }
}
