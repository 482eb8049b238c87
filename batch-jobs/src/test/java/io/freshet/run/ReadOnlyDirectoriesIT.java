package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.database.TestDatabase;
import io.freshet.journal.ChangeKind;
import io.freshet.path.RelativePath;
import io.freshet.policy.DeletionLimit;
import io.freshet.target.TargetAddress;
import io.freshet.transfer.Account;
import io.freshet.transfer.ssh.OpenSshServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rule 49 for an account that is not the superuser: directories in which it may not write are filled, renamed and deleted. */
class ReadOnlyDirectoriesIT {
    private static final String READ_ONLY = "r-xr-xr-x";

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private Path directory;
    private Path source;
    private Path replica;
    private OpenSshServer server;
    private Replication replication;

    @BeforeEach
    void setUp() throws Exception {
        OpenSshServer.require();
        // Not below a temporary directory of the test's own, which another account may not enter.
        directory = Files.createTempDirectory("freshet-read-only");
        allow(directory, "rwxr-xr-x");
        source = Files.createDirectory(directory.resolve("source"));
        replica = Files.createDirectory(directory.resolve("replica"));
        server = OpenSshServer.start(directory.resolve("sshd"));
        replication = new Replication(database, source);
        if (Account.SUPERUSER) {
            run("chown", "nobody", replica.toString());
        }
    }

    @AfterEach
    void tearDown() throws Exception {
        replication.close();
        server.close();
        run("chmod", "-R", "u+rwX", directory.toString());
        OneTarget.deleteTree(directory);
    }

    private void start() {
        TargetAddress address = Account.SUPERUSER
                ? server.address("replica", "nobody", replica.toString())
                : server.address("replica", replica);
        replication.target(address, OneTarget.withLimit(DeletionLimit.NONE)).start();
        awaitQuiet();
    }

    private void awaitQuiet() {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(50))
                // What is just being replaced or moved away is not there when its turn comes.
                .ignoreExceptionsMatching(e -> e instanceof IOException || e instanceof UncheckedIOException)
                .untilAsserted(() -> {
                    assertThat(names(replica)).isEqualTo(names(source));
                    assertThat(replication
                                    .jdbc()
                                    .sql("SELECT path FROM work_item")
                                    .query(String.class)
                                    .list())
                            .isEmpty();
                });
    }

    /** Everything below, with modes of directories and times of all, which come right at the end. */
    private static List<String> names(Path root) throws Exception {
        List<String> names = new ArrayList<>();
        try (var paths = Files.walk(root)) {
            for (Path path : paths.sorted().toList()) {
                if (!path.startsWith(root.resolve(".freshet"))) {
                    names.add(root.relativize(path) + " "
                            + PosixFilePermissions.toString(Files.getPosixFilePermissions(path)) + " "
                            + Files.getLastModifiedTime(path).toMillis() / 1000);
                }
            }
        }
        return names;
    }

    @Test
    void areFilledRenamedAndDeleted() throws Exception {
        write("a/b/one");
        write("a/b/two");
        write("a/c/d/three");
        write("away/four");
        write("gone/e/five");
        for (String path : List.of("a/b", "a/c/d", "a/c", "a", "away", "gone/e", "gone")) {
            allow(source.resolve(path), READ_ONLY);
        }
        start();
        if (!Account.SUPERUSER) {
            assertThat(Files.isWritable(replica.resolve("a/b"))).isFalse();
        }

        // Filled, and what is in them replaced and removed
        allow(source.resolve("a/b"), "rwxr-xr-x");
        write("a/b/new");
        Files.writeString(source.resolve("a/b/one"), "changed");
        Files.delete(source.resolve("a/b/two"));
        Files.createDirectory(source.resolve("a/b/sub"));
        allow(source.resolve("a/b/sub"), READ_ONLY);
        allow(source.resolve("a/b"), READ_ONLY);
        replication.changed("a/b/new", "a/b/one", "a/b/two");
        replication.changedTree("a/b/sub");
        awaitQuiet();
        assertThat(replica.resolve("a/b/one")).hasContent("changed");

        // Renamed to another directory, out of one that is read-only into one that is
        for (String path : List.of("a", "a/c", "a/c/d", "a/b")) {
            allow(source.resolve(path), "rwxr-xr-x");
        }
        Object inode = Files.getAttribute(replica.resolve("a/c/d"), "unix:ino");
        Files.move(source.resolve("a/c/d"), source.resolve("a/b/d"));
        for (String path : List.of("a/b/d", "a/b", "a/c", "a")) {
            allow(source.resolve(path), READ_ONLY);
        }
        replication.moved("a/c/d", "a/b/d", ChangeKind.TREE);
        awaitQuiet();
        assertThat(Files.getAttribute(replica.resolve("a/b/d"), "unix:ino", LinkOption.NOFOLLOW_LINKS))
                .isEqualTo(inode);

        // Deleted with what is in them
        run("chmod", "-R", "u+w", source.resolve("gone").toString());
        OneTarget.deleteTree(source.resolve("gone"));
        replication.changed("gone");
        awaitQuiet();
        assertThat(replication
                        .jdbc()
                        .sql("SELECT path || ' ' || error_code FROM v_delivery WHERE outcome = 'FAILED'")
                        .query(String.class)
                        .list())
                .isEmpty();
    }

    @Test
    void anOwnerThatCannotBeGivenIsSaid() throws Exception {
        write("file");
        Assumptions.assumeTrue(Account.SUPERUSER, "everything is the account's own here");
        run("chmod", "4755", source.resolve("file").toString());
        Files.createDirectory(source.resolve("dir"));
        run("chmod", "2755", source.resolve("dir").toString());
        start();

        assertThat(replication
                        .jdbc()
                        .sql(
                                "SELECT path FROM v_delivery WHERE reason LIKE 'without its setuid and setgid bits%' ORDER BY path")
                        .query(String.class)
                        .list())
                .containsExactly("dir", "file");
        assertThat((Integer) Files.getAttribute(replica.resolve("file"), "unix:mode") & 07777)
                .isEqualTo(0755);
        assertThat((Integer) Files.getAttribute(replica.resolve("dir"), "unix:mode") & 07777)
                .isEqualTo(0755);
    }

    private void write(String path) throws IOException {
        Path file = source.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, RelativePath.parse(path).toString());
    }

    private static void allow(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
