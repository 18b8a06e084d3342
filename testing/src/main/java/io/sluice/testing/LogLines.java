package io.sluice.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * What a class says in the log during a test, from INFO up, each line with its level in front.
 *
 * <p><b>Threading:</b> any thread logs and looks.
 */
public final class LogLines implements BeforeEachCallback, AfterEachCallback {
    private final Logger log;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final ListAppender<ILoggingEvent> events = new ListAppender<>() {
        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getLevel() + " " + event.getFormattedMessage());
        }
    };

    /** @param of the class whose name the log has */
    public LogLines(Class<?> of) {
        this.log = (Logger) LoggerFactory.getLogger(of);
    }

    /** Those so far; more can come. */
    public List<String> all() {
        return lines;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        log.setLevel(Level.INFO);
        log.setAdditive(false);
        log.addAppender(events);
        events.start();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        log.detachAppender(events);
        log.setAdditive(true);
        log.setLevel(null);
    }
}
