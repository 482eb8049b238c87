package io.freshet.database;

import org.jspecify.annotations.Nullable;

/**
 * A database that cannot be used as it is. The message says what went wrong, where, and what to do next; it is written
 * for the person who operates Freshet and holds no password.
 */
public final class DatabaseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A failure that nothing else caused. */
    public DatabaseException(String message) {
        super(message);
    }

    /** A failure with the exception that caused it, if there is one. */
    public DatabaseException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
