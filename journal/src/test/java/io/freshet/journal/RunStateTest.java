package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RunStateTest {
    private static final Map<RunState, Set<RunState>> LEGAL = Map.of(
            RunState.RUNNING,
                    Set.of(RunState.COMPLETED, RunState.COMPLETED_WITH_FAILURES, RunState.FAILED, RunState.STOPPED),
            RunState.COMPLETED, Set.of(),
            RunState.COMPLETED_WITH_FAILURES, Set.of(RunState.RUNNING),
            RunState.FAILED, Set.of(RunState.RUNNING),
            RunState.STOPPED, Set.of(RunState.RUNNING));

    @Test
    void everyMoveThatIsNotListedIsRefused() {
        for (RunState from : RunState.values()) {
            for (RunState to : RunState.values()) {
                assertThat(from.canBecome(to))
                        .as("%s to %s", from, to)
                        .isEqualTo(LEGAL.getOrDefault(from, Set.of()).contains(to));
            }
        }
    }
}
