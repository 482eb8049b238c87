package io.freshet.cli;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;

/** There is no server to ask, or it does not let us in. */
final class UnreachableException extends FreshetException {
    private static final long serialVersionUID = 1L;

    UnreachableException(String message) {
        super(ErrorCode.CONNECTION_LOST, message);
    }
}
