package io.freshet.transfer.local;

import io.freshet.failure.ErrorCode;
import java.io.IOException;

/** An outcome of an operation that needs no look around. */
final class Refusal extends IOException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String phase;

    Refusal(ErrorCode code, String phase, String reason) {
        super(reason);
        this.code = code;
        this.phase = phase;
    }

    static Refusal conflict(String phase, String reason) {
        return new Refusal(ErrorCode.TARGET_CONFLICT, phase, reason);
    }

    ErrorCode code() {
        return code;
    }

    String phase() {
        return phase;
    }
}
