package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.app.config.ConfigurationReader;
import io.freshet.filter.FilterRules;
import io.freshet.path.RelativePath;
import io.freshet.transfer.ssh.OpenSshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** lsyncd's own tests of its excludes and filters, and rules that change: from the configuration to the target, over SSH. */
class FiltersIT {
    private static final String KEPT = "never empty";

    @TempDir
    Path directory;

    private OpenSshServer server;
    private Mirror mirror;

    @BeforeEach
    void setUp() {
        server = OpenSshServer.start(directory.resolve("sshd"));
        mirror = new Mirror(directory).replica(server);
        mirror.tree().file(Mirror.in(KEPT), "so that the source is not held for being empty");
    }

    @AfterEach
    void tearDown() {
        mirror.close();
        server.close();
    }

    /** The rules of a configuration file whose source says this. */
    private FilterRules rules(String yaml) throws IOException {
        Path source = Files.createDirectories(directory.resolve("configured"));
        Path file = Files.writeString(directory.resolve("freshet.yml"), """
                data-dir: %s
                database: embedded
                sources:
                  - name: content
                    path: %s
                    %s
                    targets:
                      - name: target1
                        url: %s
                """.formatted(
                        directory.resolve("data"),
                        source,
                        yaml,
                        directory.resolve("replica").toUri()));
        return ConfigurationReader.read(file).sources().get(0).filter();
    }

    /** exclude-rsync and exclude-rsyncssh: with a slash before and after, and without, and files of such names. */
    @Test
    void excludes() throws Exception {
        mirror.leavingOut(rules("exclude: [erf, /eaf, erd/, /ead/]"));
        assertArriveAsTheRulesSay(
                List.of("erf", "eaf", "erd", "ead", "d/erf", "d/eaf", "d/erd", "d/ead"),
                "erd",
                "ead",
                "d",
                "d/eaf",
                "d/erd",
                "d/ead");
    }

    /** The same for directories of such names, which lsyncd does not try. */
    @Test
    void excludedDirectories() throws Exception {
        mirror.leavingOut(rules("exclude: [erf, /eaf, erd/, /ead/]"));
        assertArriveAsTheRulesSay(
                List.of("erd/f", "ead/f", "d/erd/f", "d/ead/f", "d/erf/f", "eaf/f"), "d", "d/ead", "d/ead/f");
    }

    /** filter-rsync: the first rule that matches decides. */
    @Test
    void filters() throws Exception {
        mirror.leavingOut(rules("filter: ['- /ab**', '+ /a**', '+ /" + KEPT + "', '- /**']"));
        assertArriveAsTheRulesSay(List.of("abc", "acc", "baa", "abx/a", "acx/x"), "acc", "acx", "acx/x");
    }

    /** Written before the start, all removed, and written again while it runs. */
    private void assertArriveAsTheRulesSay(List<String> files, String... replicated) throws Exception {
        write(files);
        mirror.start();
        assertOnTarget(replicated);
        for (String top :
                files.stream().map(file -> file.replaceFirst("/.*", "")).collect(Collectors.toSet())) {
            if (Files.isDirectory(mirror.source().resolve(top))) {
                mirror.tree().removeTree(Mirror.in(top));
            } else {
                mirror.tree().remove(Mirror.in(top));
            }
        }
        assertOnTarget();
        write(files);
        assertOnTarget(replicated);
    }

    private void write(List<String> files) {
        for (String file : files) {
            mirror.tree().directory(Mirror.in(file).parent().toString());
            mirror.tree().file(Mirror.in(file), "content of " + file);
        }
    }

    private void assertOnTarget(String... expected) throws IOException {
        mirror.awaitArrived();
        mirror.assertEqual();
        assertThat(onTarget()).containsExactlyInAnyOrder(expected);
    }

    private Set<String> onTarget() throws IOException {
        Path replica = mirror.replica(1);
        try (Stream<Path> paths = Files.walk(replica)) {
            return paths.map(path -> replica.relativize(path).toString())
                    .filter(path -> !path.isEmpty() && !path.equals(KEPT))
                    .filter(path -> !path.startsWith(RelativePath.RESERVED_NAME))
                    .collect(Collectors.toSet());
        }
    }

    /** Rule 45: what rules let in now comes, also where no event told of it; what they leave out now stays; nothing is resent. */
    @Test
    void aRuleThatChangesIsFollowedAndNothingIsSentAgain() throws Exception {
        mirror.leavingOut(rules("exclude: ['*.tmp', '/cache/']"));
        write(List.of("a", "d/b", "d/b.tmp", "cache/c", "log.old"));
        mirror.start();
        assertOnTarget("a", "d", "d/b", "log.old");

        restartWith("exclude: ['*.old']");
        mirror.awaitArrived();
        assertThat(onTarget()).containsExactlyInAnyOrder("a", "d", "d/b", "d/b.tmp", "cache", "cache/c", "log.old");
        mirror.tree().file(Mirror.in("log.old"), "changed, and left out now");
        mirror.awaitArrived();
        assertThat(mirror.replica(1).resolve("log.old")).hasContent("content of log.old");
        mirror.tree().remove(Mirror.in("log.old"));
        mirror.awaitArrived();
        assertThat(mirror.replica(1).resolve("log.old")).exists();
        assertThat(mirror.jdbc()
                        .sql("SELECT path FROM v_delivery WHERE outcome = 'TRANSFERRED' ORDER BY path COLLATE \"C\"")
                        .query(String.class)
                        .list())
                .filteredOn(path -> Files.isRegularFile(mirror.source().resolve(path)))
                .containsExactly("a", "cache/c", "d/b", "d/b.tmp", KEPT);

        restartWith("exclude: []");
        mirror.assertArrived();
    }

    private void restartWith(String yaml) throws IOException {
        mirror.stopWatcher();
        mirror.stopRuns();
        mirror.leavingOut(rules(yaml)).start();
    }
}
