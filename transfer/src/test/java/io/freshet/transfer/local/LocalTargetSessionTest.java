package io.freshet.transfer.local;

import static io.freshet.transfer.FailureCodes.code;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.failure.ErrorCode;
import io.freshet.target.TargetAddress;
import io.freshet.target.TargetSession;
import io.freshet.transfer.TargetSessionContract;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LocalTargetSessionTest extends TargetSessionContract {
    @Override
    protected TargetSession connect() {
        return new LocalTargetConnector().connect(new TargetAddress("copy", root.toUri(), Map.of()));
    }

    @Test
    void missingRootIsSuspect() {
        TargetAddress address =
                new TargetAddress("copy", temporary.resolve("none").toUri(), Map.of());

        assertThatThrownBy(() -> new LocalTargetConnector().connect(address))
                .satisfies(code(ErrorCode.TARGET_ROOT_SUSPECT));
    }
}
