package io.freshet.database;

import org.flywaydb.core.api.logging.Log;
import org.flywaydb.core.api.logging.LogCreator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What Flyway says, with everything below a warning made a debugging message. */
final class FlywayLog implements Log {
    private final Logger log;

    private FlywayLog(Class<?> speaker) {
        this.log = LoggerFactory.getLogger(speaker);
    }

    /** Flyway makes one by its name; that is why it is public. */
    public static final class Creator implements LogCreator {
        @Override
        public Log createLogger(Class<?> speaker) {
            return new FlywayLog(speaker);
        }
    }

    @Override
    public void debug(String message) {
        log.debug(message);
    }

    @Override
    public void info(String message) {
        log.debug(message);
    }

    @Override
    public void notice(String message) {
        log.debug(message);
    }

    @Override
    public void warn(String message) {
        log.warn(message);
    }

    @Override
    public void error(String message) {
        log.error(message);
    }

    @Override
    public void error(String message, Exception cause) {
        log.error(message, cause);
    }
}
