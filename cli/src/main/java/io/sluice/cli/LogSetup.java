package io.sluice.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.slf4j.LoggerFactory;

/**
 * Makes the logging library write one line for each event, with time, level and message, to standard error. The library
 * finds this class by itself, and starts quicker than with a file that it has to parse.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
    /** For the logging library. */
    public LogSetup() {}

    /** Only warnings and errors from now on. */
    static void quiet() {
        if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
            root.setLevel(Level.WARN);
        }
    }

    /** From now on this level and those above: debug, info, warn or error. */
    static void level(String name) {
        if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
            root.setLevel(Level.toLevel(name));
        }
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        OneLine layout = new OneLine();
        layout.setContext(context);
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(layout);
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName("standard error");
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO);
        root.addAppender(appender);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Instead of a stack trace it names the error and what caused it. */
    private static final class OneLine extends LayoutBase<ILoggingEvent> {
        private final DateTimeFormatter time =
                DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

        @Override
        public String doLayout(ILoggingEvent event) {
            StringBuilder line = new StringBuilder(String.valueOf(event.getFormattedMessage()));
            IThrowableProxy cause = event.getThrowableProxy();
            while (cause != null) {
                line.append(": ").append(cause.getClassName()).append(": ").append(cause.getMessage());
                cause = cause.getCause() == cause ? null : cause.getCause();
            }
            return time.format(Instant.ofEpochMilli(event.getTimeStamp())) + " " + event.getLevel() + " "
                    + Words.oneLine(line.toString()) + System.lineSeparator();
        }
    }
}
