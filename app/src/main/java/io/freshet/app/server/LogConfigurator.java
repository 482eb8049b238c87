package io.freshet.app.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.util.FileSize;
import io.freshet.app.config.LogFormat;
import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Logs to standard error, and from {@link #addFile} on to a file too, one line an event: standard output belongs to the
 * answer of a command. Found by Logback's service loader, so that nothing is ever logged otherwise.
 */
public final class LogConfigurator extends ContextAwareBase implements Configurator {
    private static final String CONSOLE = "console";
    private static final int DAYS_KEPT = 30;
    private static final long BYTES_PER_FILE = 20L << 20;
    private static final long BYTES_KEPT = 400L << 20;

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setTarget("System.err");
        add(context, console, CONSOLE, LogFormat.TEXT);
        root(context).setLevel(Level.WARN);
        context.getLogger("io.freshet").setLevel(Level.INFO);
        // It warns of every migration that is written in Java and made by a factory.
        context.getLogger("org.flywaydb.core.internal.scanner").setLevel(Level.ERROR);
        // Spring logs a failed start, with everything that led to it; whoever started is told once, at the end.
        context.getLogger("org.springframework.boot.SpringApplication").setLevel(Level.OFF);
        context.getLogger("org.springframework.boot.web.server.servlet.context").setLevel(Level.ERROR);
        // The connection that waits for notifications is ended by cutting it.
        context.getLogger("com.zaxxer.hikari.pool.ProxyConnection").setLevel(Level.ERROR);
        // Every lost connection is told of by whoever used it, and those that we end are no errors.
        context.getLogger("net.schmizz").setLevel(Level.OFF);
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Writes every line to standard error in this way from now on. */
    static void write(LogFormat format) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        if (root(context).getAppender(CONSOLE) instanceof OutputStreamAppender<ILoggingEvent> console) {
            console.setEncoder(encoder(context, format));
        }
    }

    /** Logs to {@code freshet.log} in a directory from now on, kept for {@value #DAYS_KEPT} days and 400 MiB at most. */
    static void addFile(Path directory, LogFormat format) {
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectory(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException failure) {
            throw new FreshetException(
                    ErrorCode.CONFIGURATION_INVALID, "cannot make " + directory + ": " + failure, failure);
        }
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        RollingFileAppender<ILoggingEvent> file = new RollingFileAppender<>();
        file.setFile(directory.resolve("freshet.log").toString());
        SizeAndTimeBasedRollingPolicy<ILoggingEvent> rolling = new SizeAndTimeBasedRollingPolicy<>();
        rolling.setContext(context);
        rolling.setParent(file);
        rolling.setFileNamePattern(
                directory.resolve("freshet-%d{yyyy-MM-dd}.%i.log.gz").toString());
        rolling.setMaxFileSize(new FileSize(BYTES_PER_FILE));
        rolling.setTotalSizeCap(new FileSize(BYTES_KEPT));
        rolling.setMaxHistory(DAYS_KEPT);
        rolling.start();
        file.setRollingPolicy(rolling);
        add(context, file, "file", format);
    }

    private static void add(
            LoggerContext context, OutputStreamAppender<ILoggingEvent> appender, String name, LogFormat format) {
        appender.setContext(context);
        appender.setName(name);
        appender.setEncoder(encoder(context, format));
        appender.start();
        root(context).addAppender(appender);
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context, LogFormat format) {
        Encoder<ILoggingEvent> encoder =
                switch (format) {
                    case TEXT -> new LineEncoder();
                    case JSON -> JsonLines.encoder(context);
                };
        encoder.setContext(context);
        encoder.start();
        return encoder;
    }

    private static ch.qos.logback.classic.Logger root(LoggerContext context) {
        return context.getLogger(Logger.ROOT_LOGGER_NAME);
    }
}
