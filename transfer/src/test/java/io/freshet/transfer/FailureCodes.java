package io.freshet.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.util.function.Consumer;

/** Assertions about why something did not work. */
public final class FailureCodes {
    private FailureCodes() {}

    /** Returns a check that it was for this reason. */
    public static Consumer<Throwable> code(ErrorCode code) {
        return thrown -> assertThat(thrown)
                .isInstanceOfSatisfying(
                        FreshetException.class,
                        e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code));
    }
}
