package io.freshet.cli;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;

/** A command cannot be carried out as it was given. */
public final class UsageException extends FreshetException {
    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(ErrorCode.CONFIGURATION_INVALID, message);
    }
}
