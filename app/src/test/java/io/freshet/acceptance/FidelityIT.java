package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.database.TestDatabase;
import io.freshet.target.Fidelity;
import io.freshet.transfer.ssh.OpenSshServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A tree with all that a file system can hold arrives so that rsync finds nothing to do. */
class FidelityIT {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final String MAKE = """
            set -e
            mkdir -p plain setgid ro/deep links acls odd
            echo text > plain/file; chmod 0604 plain/file; touch -d '2001-02-03 04:05:06.789012345' plain/file
            touch -d '1999-12-31 23:59:59.999999999' plain/empty
            setfattr -n user.text -v 'a=b "c" \\d' plain/file
            setfattr -n user.binary -v 0x00010aff3d plain/file
            setfattr -n user.large -v "$(head -c 2000 /dev/zero | tr '\\0' x)" plain/empty
            setfattr -n user.none plain/empty
            setfattr -n user.dir -v 1 plain
            chmod 0444 plain/empty
            chmod 2755 setgid; echo x > setgid/inside; chmod 6755 setgid/inside
            echo deep > ro/deep/file; setfattr -n user.deep -v 1 ro/deep/file; touch ro/file
            setfattr -n user.ro -v 1 ro/deep; chmod 0400 ro/deep/file; chmod 0555 ro/deep ro
            echo linked > links/one; setfattr -n user.linked -v 1 links/one
            ln links/one links/two; ln links/one plain/three
            ln -s nowhere links/dangling; ln -s /nowhere/at/all links/absolute; ln -s ../plain links/dir
            touch -h -d '2002-03-04 05:06:07' links/dangling
            echo x > acls/file; setfacl -m u:1:rw,g:2:r,m::rw acls/file
            mkdir acls/dir acls/bare; setfacl -m u:1:rwx acls/dir; setfacl -d -m u:1:rx,g::r acls/dir
            echo inherits > acls/dir/inherits; mkdir acls/dir/sub; echo x > acls/dir/none; setfacl -b acls/dir/none
            truncate -s 20M sparse; printf data | dd of=sparse bs=1 seek=5000000 conv=notrunc status=none
            mkfifo -m 640 fifo; setfacl -m u:1:rw fifo
            printf x > $'odd/new\\nline'; printf x > $'odd/\\xff\\xfe'; printf x > 'odd/back\\slash'; printf x > "odd/ "
            printf x > odd/-rf; printf x > 'odd/*'; mkdir $'odd/dir\\t\\x01'; printf x > $'odd/dir\\t\\x01/"'
            for f in odd/*; do setfattr -n $'user.odd \\xc3\\xa4\\n' -v 1 "$f"; done
            if [ "$(id -u)" = 0 ]; then
              mknod null c 1 3; mknod disk b 259 74565; chmod 0620 null disk
              chown -h 1234:2345 plain/file links/dangling acls/dir; chmod 4711 plain/file
              setfattr -n trusted.t -v 1 plain/file && setfattr -h -n trusted.t -v 2 links/dangling || true
            fi
            """;

    private static final String CHANGE = """
            set -e
            setfattr -x user.text plain/file; setfattr -n user.binary -v 0x02 plain/file; setfattr -x user.dir plain
            setfattr -n user.linked -v 2 links/two
            setfacl -b acls/file; setfacl -k acls/dir; setfacl -m u:1:r acls/bare; setfacl -m g:3:rwx acls/dir/inherits
            chmod 0755 ro ro/deep; echo more > ro/deep/more; mv ro/file ro/deep/moved; rm ro/deep/file; chmod 0555 ro/deep ro
            chmod 0600 fifo; chmod 0755 setgid
            printf more | dd of=sparse bs=1 seek=15000000 conv=notrunc status=none; truncate -s 25M sparse
            rm $'odd/new\\nline'; mv odd/-rf odd/--delete
            if [ "$(id -u)" = 0 ]; then rm null; mknod null c 1 5; setfattr -x trusted.t plain/file || true; fi
            """;

    @RegisterExtension
    final TestDatabase database = TestDatabase.create();

    @TempDir(factory = AttributesDirectory.class)
    Path directory;

    private Site site;

    @BeforeAll
    static void needsPrograms() {
        OpenSshServer.require();
        for (String program : List.of("rsync", "setfattr", "setfacl", "bash")) {
            if (!Files.isExecutable(Path.of("/usr/bin", program))) {
                String missing = "no /usr/bin/" + program + " here; install rsync, attr and acl";
                if (Boolean.parseBoolean(System.getenv("FRESHET_REQUIRE_CONFORMANCE"))) {
                    Assertions.fail(missing);
                }
                Assumptions.abort(missing);
            }
        }
    }

    @BeforeEach
    void setUp() throws IOException {
        Path password = Files.writeString(directory.resolve("password"), database.password());
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        site = new Site(
                directory,
                "{url: \"" + database.url() + "\", username: " + database.username() + ", password-file: " + password
                        + "}",
                Fidelity.XATTRS,
                Fidelity.ACLS,
                Fidelity.SPARSE,
                Fidelity.DEVICES);
    }

    @AfterEach
    void tearDown() throws Exception {
        site.close();
        run("chmod", "-R", "u+rwX", directory.toString());
    }

    @Test
    void rsyncFindsNothingToDo() throws Exception {
        bash(MAKE);
        site.start();
        awaitNothingToDo();
        assertThat(allocated("sparse")).isLessThan(64 << 10);

        bash(CHANGE);
        awaitNothingToDo();
        assertThat(allocated("sparse")).isLessThan(128 << 10);

        List<String> deliveries = deliveries();
        site.terminate();
        site.start();
        assertThat(site.freshet("wait", "--timeout", "60s").exitCode()).isZero();
        awaitNothingToDo();
        assertThat(deliveries())
                .as("an unchanged tree that is looked through again")
                .isEqualTo(deliveries);
        assertThat(database.jdbcClient()
                        .sql("SELECT path || ': ' || reason FROM freshet.v_delivery WHERE outcome = 'FAILED'")
                        .query(String.class)
                        .list())
                .isEmpty();
    }

    private List<String> deliveries() {
        return database.jdbcClient()
                .sql("SELECT target || ' ' || outcome || ' ' || path FROM freshet.v_delivery")
                .query(String.class)
                .list();
    }

    private long allocated(String file) throws Exception {
        return Long.parseLong(
                        run("stat", "-c", "%b", site.replica(1).resolve(file).toString())
                                .strip())
                * 512;
    }

    private void awaitNothingToDo() throws Exception {
        assertThat(site.freshet("wait", "--timeout", "60s").exitCode()).isZero();
        for (int target = 1; target <= 2; target++) {
            Path replica = site.replica(target);
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(200))
                    .untilAsserted(() -> assertThat(run(
                                    "rsync",
                                    "-aHAXn",
                                    "--itemize-changes",
                                    "--delete",
                                    "--exclude=/.freshet",
                                    site.source() + "/",
                                    replica + "/"))
                            .isEmpty());
        }
    }

    private void bash(String script) throws Exception {
        run("bash", "-c", "cd " + site.source() + "\n" + script);
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(process.waitFor())
                .as("%s: %s", Arrays.toString(command), said)
                .isZero();
        return said;
    }
}
