package io.freshet.failure;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The one root of Freshet's exceptions; its message names target, path, operation and the next step, its
 * {@linkplain #code() code} decides about retries.
 */
public class FreshetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    public FreshetException(ErrorCode code, String message) {
        this(code, message, null);
    }

    public FreshetException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = Objects.requireNonNull(code, "code");
    }

    public ErrorCode code() {
        return code;
    }
}
