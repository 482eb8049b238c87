package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.filter.FilterRules;
import io.freshet.filter.RuleOrigin;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Rule 45: rules decide at delivery, a change of them evaluates everything anew, and excluded is not deletable. */
class FilterIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final RuleOrigin ORIGIN = new RuleOrigin("test", 1);

    @Test
    void rulesThatAreGoneLetThePathsComeAndResendNothing() throws IOException {
        write("a", "1");
        write("dir/b.tmp", "2");
        replication.filter(FilterRules.builder().exclude("*.tmp", ORIGIN).build());
        start();
        await().atMost(PATIENCE).until(() -> Files.exists(replica.resolve("dir")) && isQuiet());
        assertThat(replica.resolve("dir/b.tmp")).doesNotExist();
        replication.stop();
        replication.filter(FilterRules.NONE).start();
        replication.awaitEqual(replica);
        assertThat(count("SELECT count(*) FROM v_delivery WHERE path = 'a'")).isEqualTo(1);
    }

    @Test
    void whatIsExcludedLaterStaysOnTheTarget() throws IOException {
        write("a", "1");
        write("b.tmp", "2");
        start();
        replication.awaitEqual(replica);
        replication.stop();
        Files.delete(source.resolve("b.tmp"));
        replication
                .filter(FilterRules.builder().exclude("*.tmp", ORIGIN).build())
                .start();
        replication.changed("b.tmp");
        await().atMost(PATIENCE).until(this::isQuiet);
        assertThat(replica.resolve("b.tmp")).exists();
    }

    @Test
    void whatIsHiddenWithoutProtectionGoesFromTheTarget() throws IOException {
        write("a", "1");
        write("drafts/b", "2");
        start();
        replication.awaitEqual(replica);
        replication.stop();
        replication
                .filter(FilterRules.builder().filter("H drafts/", ORIGIN).build())
                .start();
        await().atMost(PATIENCE).until(() -> !Files.exists(replica.resolve("drafts")) && isQuiet());
        assertThat(source.resolve("drafts/b")).exists();
    }

    @Test
    void whatIsProtectedStaysInADirectoryThatGoes() throws IOException {
        write("dir/keep", "1");
        write("dir/sub/goes", "2");
        write("other", "3");
        replication.filter(FilterRules.builder().filter("P keep", ORIGIN).build());
        start();
        replication.awaitEqual(replica);
        deleteTree(source.resolve("dir"));
        replication.changed("dir");
        await().atMost(PATIENCE).until(() -> !Files.exists(replica.resolve("dir/sub")) && isQuiet());
        assertThat(replica.resolve("dir/keep")).exists();
    }

    private boolean isQuiet() {
        return count("SELECT count(*) FROM work_item") == 0;
    }
}
