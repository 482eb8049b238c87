package io.freshet.cli;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;

/** The server does not do what it was asked, and said why. */
final class RefusedException extends FreshetException {
    private static final long serialVersionUID = 1L;

    private final int status;

    RefusedException(int status, String message) {
        super(ErrorCode.UNSUPPORTED, message);
        this.status = status;
    }

    /** Returns the HTTP status. */
    int status() {
        return status;
    }
}
