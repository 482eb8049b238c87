package io.freshet.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FreshetExceptionTest {
    @Test
    void carriesItsCodeMessageAndCause() {
        Exception cause = new Exception("cause");
        FreshetException exception = new FreshetException(ErrorCode.CONNECTION_LOST, "what, where, next step", cause);
        assertThat(exception.code()).isEqualTo(ErrorCode.CONNECTION_LOST);
        assertThat(exception).hasMessage("what, where, next step").hasCause(cause);
        assertThat(new FreshetException(ErrorCode.STOPPED, "stopped")).hasNoCause();
        assertThatThrownBy(() -> new FreshetException(null, "no code")).isInstanceOf(NullPointerException.class);
    }

    /** A person has to act on these whatever the path, so going on with the next path would only repeat the failure. */
    @ParameterizedTest
    @EnumSource
    void concernsTheWholeTargetIfConfigurationOrIdentityIsInQuestion(ErrorCode code) {
        boolean ofThePath = code == ErrorCode.OUTSIDE_ROOT;
        if (!ofThePath && (code.kind() == ErrorCode.Kind.CONFIGURATION || code.kind() == ErrorCode.Kind.SECURITY)) {
            assertThat(code.concernsWholeTarget()).isTrue();
        }
        if (code.kind() == ErrorCode.Kind.PERMANENT) {
            assertThat(code.concernsWholeTarget()).isFalse();
        }
    }
}
