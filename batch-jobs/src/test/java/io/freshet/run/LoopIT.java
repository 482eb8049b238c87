package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.filter.FilterRules;
import io.freshet.filter.RuleOrigin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Rule 50: targets that lead back into a source, reached by SSH to ourselves, and targets in each other. */
class LoopIT extends OneTarget {
    private static final RuleOrigin ORIGIN = new RuleOrigin("test", 1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** As one directory that goes whole, and as single files: nothing of the target comes back to it. */
    @Test
    void aTargetInItsSourceIsHeldUntilItIsExcluded() throws IOException {
        replica = Files.createDirectories(source.resolve("backups/today"));
        write("backups/yesterday", "an ordinary file");
        Files.writeString(replica.resolve("of the target"), "what was there before");
        start();
        awaitHeld("TARGET_LOOP", "the target lies in the source, at 'backups/today'");
        write("single", "a change beside it");
        Files.writeString(replica.resolve("delivered"), "as if we had put it there");
        replication.changed("single", "backups/today/delivered");
        replication.stop();
        replication.start();
        awaitHeld("TARGET_LOOP", "the target lies in the source, at 'backups/today'");
        assertThat(replica.resolve("backups/today")).doesNotExist();
        replication.stop();

        replication
                .filter(FilterRules.builder().exclude("/backups/today/", ORIGIN).build())
                .start();

        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(replica.resolve("backups/yesterday")).hasContent("an ordinary file");
            assertThat(replica.resolve("single")).exists();
            assertThat(text("SELECT state::text FROM hold")).containsOnly("RESOLVED");
        });
        assertThat(replica.resolve("backups/today")).doesNotExist();
    }

    @Test
    void aTargetThatIsItsSourceIsHeld() throws IOException {
        replica = source;
        write("file", "only once");
        start();
        awaitHeld("TARGET_LOOP", "the target is the source's own root directory");
        assertThat(count("SELECT count(*) FROM v_delivery")).isZero();
    }

    @Test
    void aSourceInItsTargetIsHeld() throws IOException {
        replica = directory;
        write("source/file", "would come to where its source is");
        start();
        awaitHeld("TARGET_LOOP", "the source lies in the target, whose root is " + directory.toRealPath());
        assertThat(source.resolve("file")).doesNotExist();
        assertThat(count("SELECT count(*) FROM v_delivery")).isZero();
    }

    @Test
    void aTargetInAnotherOneIsHeldUntilThatIsNoneAnyMore() throws IOException {
        Path marker = Files.createDirectory(directory.resolve(".freshet")).resolve("marker");
        Files.writeString(marker, "freshet installation of somebody else");
        write("file", "content");
        start();
        awaitHeld("TARGET_FOREIGN", "the target root lies in " + directory.toRealPath());
        assertThat(replica.resolve("file")).doesNotExist();

        Files.delete(marker);
        replication.stop();
        replication.start();
        replication.awaitEqual(replica);
        assertThat(text("SELECT state::text FROM hold")).containsOnly("RESOLVED");
    }

    private void awaitHeld(String reason, String why) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                text("SELECT detail FROM hold WHERE state = 'OPEN' AND reason = '" + reason + "'"))
                        .singleElement()
                        .asString()
                        .contains(why));
    }
}
