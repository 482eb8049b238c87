package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.filter.FilterRules;
import io.freshet.filter.RuleOrigin;
import io.freshet.transfer.Account;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** New directories of many files, from the journal to a real OpenSSH target, on a real database. */
class NewTreesIT extends OneTarget {
    /** More than is sent entry by entry, however slow this machine's shell starts. */
    private static final int MANY = 1500;

    private static final RuleOrigin ORIGIN = new RuleOrigin("test", 1);

    @Test
    void aNewTreeComesWholeWhateverIsInIt() throws IOException {
        fill("tree/some", MANY);
        fill("tree/more/below", MANY);
        write("tree/more/hard", "one file");
        Files.createLink(source.resolve("tree/linked"), source.resolve("tree/more/hard"));
        write("tree/large", "x".repeat(3 << 20));
        Files.createSymbolicLink(source.resolve("tree/link"), Path.of("some/file7"));
        Files.createDirectories(source.resolve("tree/empty/empty"));
        start();
        replication.awaitEqual(replica);

        assertThat(count("SELECT count(DISTINCT delivered_at) FROM delivery WHERE path LIKE 'tree/some%'"))
                .as("transactions in which the directory and what is in it were acknowledged")
                .isEqualTo(1);
        assertThat(Files.getAttribute(replica.resolve("tree/linked"), "unix:ino"))
                .isEqualTo(Files.getAttribute(replica.resolve("tree/more/hard"), "unix:ino"));
        assertThat(
                        count(
                                "SELECT count(*) FROM v_delivery WHERE outcome = 'TRANSFERRED' AND path LIKE 'tree/some/file%'"))
                .isEqualTo(MANY);
        assertThat(count("SELECT count(*) FROM manifest WHERE content_hash IS NOT NULL AND evidence = 'SENT'"))
                .isEqualTo(2 * MANY + 3);
        assertThat(count("SELECT count(*) FROM intent")).isZero();
        assertThat(housekeeping()).isEmpty();
    }

    @Test
    void whatIsThereAlreadyIsSentNoMore() throws IOException {
        fill("tree/a", MANY);
        start();
        replication.awaitEqual(replica);
        long before = count("SELECT count(*) FROM v_delivery");

        replication.changedTree("tree");
        replication.changed("tree/a", "tree/a/file3");
        replication.awaitEqual(replica);

        assertThat(count("SELECT count(*) FROM v_delivery")).isEqualTo(before);
    }

    /** More than one wave takes, in one directory and in many. */
    @Test
    void whatDoesNotFitIntoOneWaveComesInSeveral() throws IOException {
        fill("wide/all", 6000);
        for (int i = 0; i < 9; i++) {
            fill("deep/" + "d/".repeat(i) + "files", 700);
        }
        start();
        replication.awaitEqual(replica);

        assertThat(count("SELECT count(*) FROM run WHERE failed > 0")).isZero();
        assertThat(count("SELECT count(*) FROM manifest m JOIN manifest_dir d USING (target_id, dir_id)"
                        + " WHERE path LIKE 'deep/%' AND type = 'f'"))
                .isEqualTo(9 * 700);
    }

    @Test
    void whatIsExcludedStaysAway() throws IOException {
        fill("tree/wanted", MANY);
        fill("tree/not", 10);
        write("tree/wanted/file.tmp", "x");
        replication.filter(FilterRules.builder()
                .exclude("*.tmp", ORIGIN)
                .exclude("not/", ORIGIN)
                .build());
        start();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() ->
                        assertThat(count("SELECT count(*) FROM work_item")).isZero());

        assertThat(names(replica.resolve("tree"))).containsExactly("wanted");
        assertThat(replica.resolve("tree/wanted/file.tmp")).doesNotExist();
        assertThat(replica.resolve("tree/wanted/file" + (MANY - 1))).exists();
    }

    /** Somebody put something there: it stays what it is, and what is delivered comes beside it. */
    @Test
    void aDirectoryThatSomebodyMadeOnTheTargetIsFilled() throws IOException {
        start();
        write("first", "x");
        replication.changed("first");
        replication.awaitEqual(replica);
        Files.createDirectory(replica.resolve("tree"));
        Files.writeString(replica.resolve("tree/theirs"), "theirs");
        fill("tree", MANY);
        replication.changedTree("tree");

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() ->
                        assertThat(count("SELECT count(*) FROM work_item")).isZero());
        assertThat(replica.resolve("tree/theirs")).hasContent("theirs");
        assertThat(names(replica.resolve("tree"))).hasSize(MANY + 1);
        assertThat(count("SELECT count(*) FROM run WHERE failed > 0")).isZero();
    }

    /** A directory in which not even its owner may write is filled all the same. */
    @Test
    void readOnlyDirectoriesArriveAsTheyAre() throws IOException {
        fill("tree/closed/inner", MANY);
        for (String closed : Set.of("tree/closed/inner", "tree/closed", "tree")) {
            Files.setPosixFilePermissions(source.resolve(closed), PosixFilePermissions.fromString("r-xr-xr-x"));
        }
        start();
        replication.awaitEqual(replica);
        for (String closed : Set.of("tree/closed/inner", "tree/closed", "tree")) {
            Files.setPosixFilePermissions(source.resolve(closed), PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setPosixFilePermissions(replica.resolve(closed), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    /** What may not be read is listed by itself, and all else is there. */
    @Test
    void whatCannotBeReadFailsAlone() throws IOException {
        Assumptions.assumeFalse(Account.SUPERUSER, "the superuser reads everything");
        fill("tree", MANY);
        fill("tree/secret", 3);
        Files.setPosixFilePermissions(source.resolve("tree/file5"), Set.of());
        Files.setPosixFilePermissions(source.resolve("tree/secret"), Set.of());
        start();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(new HashSet<>(text("SELECT path || ' ' || error_code FROM work_item")))
                        .isEqualTo(Set.of("tree/file5 SOURCE_UNREADABLE", "tree/secret SOURCE_UNREADABLE")));

        assertThat(names(replica.resolve("tree")))
                .hasSize(MANY)
                .contains("secret")
                .doesNotContain("file5");
        Files.setPosixFilePermissions(source.resolve("tree/secret"), PosixFilePermissions.fromString("rwx------"));
    }

    private void fill(String directory, int files) throws IOException {
        Path made = Files.createDirectories(source.resolve(directory));
        for (int i = 0; i < files; i++) {
            Files.writeString(made.resolve("file" + i), "content of " + i);
        }
    }

    private Set<String> housekeeping() throws IOException {
        return names(replica.resolve(".freshet")).stream()
                .filter(name -> !name.startsWith("g") && !name.equals("marker"))
                .collect(Collectors.toSet());
    }

    private static Set<String> names(Path directory) throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).collect(Collectors.toSet());
        }
    }
}
