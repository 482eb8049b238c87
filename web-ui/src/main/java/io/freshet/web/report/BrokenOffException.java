package io.freshet.web.report;

/**
 * A stream could not be written to its end, after its beginning was sent. Nothing may be added to it, and its connection is to
 * be closed without the mark of a complete answer.
 */
public final class BrokenOffException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BrokenOffException(Throwable cause) {
        super("The report could not be read to its end", cause);
    }
}
