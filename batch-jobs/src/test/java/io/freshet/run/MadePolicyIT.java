package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.freshet.journal.PolicyBook;
import io.freshet.policy.Cron;
import io.freshet.policy.Misfire;
import io.freshet.policy.Policy;
import io.freshet.policy.PolicyText;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

/** A target whose policy people made, and change while it is served. */
class MadePolicyIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Policy ALWAYS = Policy.withDefaults("made");

    @Test
    void isFollowedWhileItChanges() throws IOException {
        PolicyBook book = new PolicyBook(database.dataSource());
        book.make("made", PolicyText.of(ALWAYS), "anna");
        write("a", "a");
        replication
                .targetWithMadePolicy(server.address("replica", replica), "made")
                .start();
        replication.awaitEqual(replica);

        book.make("made", PolicyText.of(ALWAYS.at(Cron.parse("0 0 29 2 *"), Misfire.SKIP, ZoneId.of("UTC"))), "anna");
        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM target_schedule") == 1);
        write("b", "b");
        replication.changed("b");
        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM work_item") == 1);

        book.make("made", PolicyText.of(ALWAYS), "anna");
        replication.awaitEqual(replica);
        assertThat(Files.readString(replica.resolve("b"))).isEqualTo("b");
        assertThat(text("SELECT DISTINCT policy || ' ' || policy_version FROM run ORDER BY 1"))
                .containsExactly("made 1", "made 3");
        assertThat(count("SELECT count(*) FROM target_schedule")).isZero();
    }

    @Test
    void aRunEndsWhereItsPolicyChanges() throws IOException {
        PolicyBook book = new PolicyBook(database.dataSource());
        Policy lingering = new Policy(
                "made",
                ALWAYS.windows(),
                ALWAYS.timeZone(),
                ALWAYS.bytesPerSecond(),
                ALWAYS.maxDeletes(),
                ALWAYS.settle(),
                ALWAYS.settleMax(),
                ALWAYS.verify(),
                ALWAYS.unstable(),
                Duration.ofHours(1),
                ALWAYS.extras());
        book.make("made", PolicyText.of(lingering), "anna");
        write("a", "a");
        replication
                .targetWithMadePolicy(server.address("replica", replica), "made")
                .start();
        replication.awaitEqual(replica);
        assertThat(count("SELECT count(*) FROM run WHERE state = 'RUNNING'")).isPositive();

        book.make("made", PolicyText.of(ALWAYS), "anna");

        await().atMost(PATIENCE).until(() -> count("SELECT count(*) FROM run WHERE state = 'RUNNING'") == 0);
    }

    @Test
    void withoutItNothingStarts() {
        assertThatThrownBy(() -> replication
                        .targetWithMadePolicy(server.address("replica", replica), "made")
                        .start())
                .hasStackTraceContaining("neither in the configuration nor was it made while Freshet ran");
    }
}
