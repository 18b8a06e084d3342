package io.sluice.server;

import static io.sluice.server.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.sluice.core.Command;
import io.sluice.core.Result;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Clients come and go, some without manners: that is no news. */
class QuietLogTest extends ServerTest {
    @Test
    void clientsThatAreCutOffOrSendNonsenseAreNotLogged() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger("io");
        ListAppender<ILoggingEvent> events = new ListAppender<>();
        stream.commitEvents(5_000, 1_000);
        start();
        root.setLevel(Level.INFO);
        root.addAppender(events);
        events.start();
        try {
            for (int i = 0; i < 10; i++) {
                try (Socket socket = new Socket()) {
                    socket.connect(server.address());
                    socket.getOutputStream().write(TestClient.bytesOf(new Command.Start(1, 0)));
                    // A close with this set is a reset, in the middle of the stream.
                    socket.setSoLinger(true, 0);
                }
                TestClient nonsense = connect();
                nonsense.sendBytes(new byte[64]);
                nonsense.expectEnd();
                TestClient invalid = connect();
                invalid.send(new Command.Unknown(99, 1)).expect(Result.INVALID_COMMAND);
                invalid.expectEnd();
            }
            until(() -> server.connectionCount() == 0);
        } finally {
            root.detachAppender(events);
            root.setLevel(null);
        }
        assertThat(events.list).isEmpty();
    }
}
