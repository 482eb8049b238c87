package io.freshet.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.freshet.policy.Approvals;
import io.freshet.policy.Cron;
import io.freshet.policy.Extras;
import io.freshet.policy.InvalidPolicyException;
import io.freshet.policy.Misfire;
import io.freshet.policy.Policy;
import io.freshet.policy.PolicyText;
import io.freshet.policy.Window;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PolicyDocumentTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private final PolicyDocument documents = new PolicyDocument();

    @Test
    void whatIsKeptOfAPolicyIsReadAsThatPolicy() {
        Policy windows = Policy.withDefaults("p")
                .in(
                        BERLIN,
                        new Window(
                                EnumSet.range(DayOfWeek.MONDAY, DayOfWeek.FRIDAY),
                                LocalTime.of(22, 0),
                                LocalTime.of(6, 0),
                                20_000_000L),
                        new Window(
                                Set.of(DayOfWeek.SUNDAY, DayOfWeek.WEDNESDAY),
                                LocalTime.MIDNIGHT,
                                LocalTime.MIDNIGHT,
                                Window.UNLIMITED))
                .with(Extras.LEAVE)
                .with(new Approvals(true, Duration.ofMinutes(90)));
        Policy cron = windows.at(Cron.parse("*/10 8-18/2 * * mon-fri"), Misfire.SKIP, BERLIN);
        for (Policy policy : List.of(windows, cron, Policy.withDefaults("p"))) {
            assertThat(documents.parse("p", PolicyText.document(PolicyText.of(policy))))
                    .isEqualTo(policy);
        }
    }

    @Test
    void jsonWillDo() {
        String json = "{\"name\": \"p\", \"cron\": \"0 3 * * *\", \"max-deletes\": {\"count\": 5, \"percent\": 10}}";
        assertThat(documents.parse("p", json).maxDeletes().count()).isEqualTo(5);
    }

    @Test
    void everythingThatIsWrongIsToldWithItsKey() {
        String wrong = """
                name: other
                windows: [{days: mon, from: "25:00", to: "06:00"}]
                misfire: skip
                lingr: 2s
                """;
        InvalidPolicyException told =
                catchThrowableOfType(InvalidPolicyException.class, () -> documents.parse("my policy", wrong));
        assertThat(told.problems())
                .extracting(InvalidPolicyException.Problem::key)
                .containsExactly("name", "name", "windows[0].from", "misfire", "lingr");
        assertThat(told.problems().get(2).line()).isEqualTo(2);
        assertThat(told).hasMessageContaining("lingr: there is no such key. Did you mean linger?");
        assertThatThrownBy(() -> documents.parse("p", "")).hasMessageContaining("write {} for a policy");
        assertThatThrownBy(() -> documents.parse("p", "a: [")).hasMessageContaining("neither YAML nor JSON");
    }
}
