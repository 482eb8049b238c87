package io.freshet.app.lsyncd;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;

/** A configuration of lsyncd cannot be carried over; the message begins with file and line. */
final class ImportException extends FreshetException {
    private static final long serialVersionUID = 1L;

    ImportException(String message) {
        super(ErrorCode.CONFIGURATION_INVALID, message);
    }
}
