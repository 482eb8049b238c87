package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.policy.Verify;
import io.freshet.target.Fidelity;
import io.freshet.target.TargetAddress;
import io.freshet.transfer.Account;
import io.freshet.transfer.ssh.OpenSshServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What options of a target add, from the look at the source to the manifest. */
class FidelityIT extends OneTarget {
    private void start(String... options) {
        TargetAddress address = server.address("replica", replica);
        for (String option : options) {
            address = address.with(option, "true");
        }
        replication.target(address).start();
    }

    private static UserDefinedFileAttributeView attributes(Path path) {
        return Objects.requireNonNull(
                Files.getFileAttributeView(path, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS));
    }

    private static void set(Path path, String name, String value) throws IOException {
        try {
            attributes(path).write(name, ByteBuffer.wrap(value.getBytes(StandardCharsets.US_ASCII)));
        } catch (FileSystemException e) {
            Assumptions.abort("no user attributes in " + path + ": " + e.getMessage());
        }
    }

    private void awaitAttributes(String path, String... names) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(attributes(replica.resolve(path)).list()).containsExactlyInAnyOrder(names));
    }

    @Test
    void aChangedAttributeIsDeliveredWithoutTheContentAndAnUnchangedTreeNotAtAll() throws IOException {
        write("d/file", "content");
        write("d/other", "content");
        set(source.resolve("d/file"), "a", "1");
        set(source.resolve("d"), "dir", "1");
        start(Fidelity.XATTRS, Fidelity.ACLS);
        replication.awaitEqual(replica);
        awaitAttributes("d/file", "a");
        awaitAttributes("d", "dir");

        set(source.resolve("d/file"), "b", "2");
        attributes(source.resolve("d/file")).delete("a");
        attributes(source.resolve("d")).delete("dir");
        replication.changed("d/file", "d");
        awaitAttributes("d/file", "b");
        awaitAttributes("d");
        replication.awaitEqual(replica);
        assertThat(text("SELECT outcome::text FROM v_delivery WHERE path = 'd/file' ORDER BY delivered_at"))
                .containsExactly("TRANSFERRED", "METADATA");

        long deliveries = count("SELECT count(*) FROM v_delivery");
        replication.changedTree("");
        replication.changed("d/file", "d/other", "d");
        replication.awaitEqual(replica);
        assertThat(count("SELECT count(*) FROM v_delivery")).isEqualTo(deliveries);
    }

    @Test
    void aVerificationFindsOtherAttributesAndPutsThemRight() throws IOException {
        for (String path : List.of("d/stray", "d/gone", "d/other", "d/same")) {
            write(path, "content");
            set(source.resolve(path), "a", "1");
        }
        set(source.resolve("d"), "dir", "1");
        start(Fidelity.XATTRS, Fidelity.ACLS);
        replication.awaitEqual(replica);
        awaitAttributes("d", "dir");

        set(replica.resolve("d/stray"), "stray", "1");
        attributes(replica.resolve("d/gone")).delete("a");
        set(replica.resolve("d/other"), "a", "2");
        attributes(replica.resolve("d")).delete("dir");
        verify("", false);
        awaitAttributes("d/stray", "a");
        awaitAttributes("d/gone", "a");
        awaitAttributes("d", "dir");
        replication.awaitEqual(replica);

        assertThat(
                        text(
                                "SELECT path || ': ' || reason FROM v_delivery WHERE error_code = 'CONTENT_DIFFERS' ORDER BY path"))
                .satisfiesExactly(
                        told -> assertThat(told).startsWith("d: ").contains("than were delivered: none;"),
                        told -> assertThat(told).startsWith("d/gone: ").contains("than were delivered: none;"),
                        told -> assertThat(told).startsWith("d/other: ").contains("than were delivered: user.a;"),
                        told -> assertThat(told).startsWith("d/stray: ").contains("delivered: user.a, user.stray;"));
        assertThat(text("SELECT DISTINCT path FROM v_delivery WHERE outcome = 'METADATA' ORDER BY path"))
                .contains("d/gone", "d/other", "d/stray")
                .doesNotContain("d/same");
        assertThat(text("SELECT path FROM v_delivery WHERE outcome = 'TRANSFERRED' AND path LIKE 'd/%' ORDER BY path"))
                .as("content is not sent again")
                .containsExactly("d/gone", "d/other", "d/same", "d/stray");
        verify("", true);
        assertThat(verifications().get(1)).contains("missing 0 differing 0");
    }

    /** The mode does not show it. */
    @Test
    void aVerificationFindsAnotherAclAndPutsItRight() throws Exception {
        Assumptions.assumeTrue(Stream.of("getfacl", "setfacl").allMatch(FidelityIT::isInstalled));
        write("file", "content");
        run("setfacl", "-m", "u:12345:r", source.resolve("file").toString());
        start(Fidelity.ACLS);
        replication.awaitEqual(replica);
        Path copy = replica.resolve("file");
        assertThat(run("getfacl", "-cnp", copy.toString())).contains("user:12345:r--");

        Object mode = Files.getAttribute(copy, "unix:mode");
        run("setfacl", "-b", copy.toString());
        assertThat(Files.getAttribute(copy, "unix:mode")).isEqualTo(mode);
        verify("", false);
        replication.awaitEqual(replica);

        assertThat(run("getfacl", "-cnp", copy.toString())).contains("user:12345:r--");
        assertThat(verifications()).singleElement().asString().contains(" differing 1 ");
    }

    private static boolean isInstalled(String program) {
        return Stream.of("/usr/bin/", "/bin/").anyMatch(place -> Files.exists(Path.of(place + program)));
    }

    @Test
    void whatTheTargetDoesNotTellIsPassedOver() throws IOException {
        write("file", "content");
        set(source.resolve("file"), "a", "1");
        WatchedConnector.Onlooker silent = new WatchedConnector.Onlooker() {
            @Override
            public boolean tellsExtended() {
                return false;
            }
        };
        replication
                .target(
                        WatchedConnector.address("replica", replica, silent).with(Fidelity.XATTRS, "true"),
                        verifying(Verify.IN_FLIGHT))
                .start();
        replication.awaitEqual(replica);

        verify("file", true);

        assertThat(verifications())
                .containsExactly("'file' deep entries 1 verified 0 missing 0 differing 0 extra 0 over 1");
    }

    /** The files are there, and stay; what was put on them there and is not in the source goes. */
    @Test
    void anOptionThatIsSwitchedOnSetsAttributesAndSendsNothing() throws IOException {
        write("d/file", "content");
        set(source.resolve("d/file"), "a", "1");
        start();
        replication.awaitEqual(replica);
        assertThat(attributes(replica.resolve("d/file")).list()).isEmpty();
        set(replica.resolve("d/file"), "stray", "1");
        replication.stop();
        replication = new Replication(database, source);
        start(Fidelity.XATTRS);
        awaitAttributes("d/file", "a");
        replication.awaitEqual(replica);

        assertThat(text("SELECT outcome::text FROM v_delivery WHERE path = 'd/file' ORDER BY delivered_at"))
                .containsExactly("TRANSFERRED", "METADATA");
        replication.stop();
        replication = new Replication(database, source);
        start();
        replication.awaitEqual(replica);
        assertThat(attributes(replica.resolve("d/file")).list()).containsExactly("a");
    }

    @Test
    void anAdoptedFileGetsItsAttributes() throws IOException {
        write("kept", "equal");
        set(source.resolve("kept"), "a", "1");
        Files.copy(source.resolve("kept"), replica.resolve("kept"));
        Files.setLastModifiedTime(replica.resolve("kept"), Files.getLastModifiedTime(source.resolve("kept")));
        start(Fidelity.XATTRS);
        awaitAttributes("kept", "a");
        replication.awaitEqual(replica);

        assertThat(text("SELECT outcome::text FROM v_delivery WHERE path = 'kept'"))
                .containsExactly("ADOPTED");
    }

    @Test
    void fifosArriveOnceTheyAreAskedForAndSocketsNever() throws Exception {
        write("d/file", "content");
        run("mkfifo", "-m", "640", source.resolve("d/fifo").toString());
        run(
                "python3",
                "-c",
                "import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])",
                source.resolve("d/socket").toString());
        start();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(
                                text("SELECT path FROM v_delivery WHERE outcome = 'UNSUPPORTED' ORDER BY path"))
                        .containsExactly("d/fifo", "d/socket"));
        replication.stop();
        replication = new Replication(database, source);
        start(Fidelity.DEVICES);
        Path fifo = replica.resolve("d/fifo");
        await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(fifo, LinkOption.NOFOLLOW_LINKS));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> text("SELECT path FROM work_item").isEmpty());

        Object inode = Files.getAttribute(fifo, "unix:ino");
        assertThat((Integer) Files.getAttribute(fifo, "unix:mode") & 0170777).isEqualTo(0010640);
        run("chmod", "600", source.resolve("d/fifo").toString());
        replication.changed("d/fifo", "d/socket");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(text(
                                "SELECT outcome::text FROM v_delivery WHERE path = 'd/fifo' ORDER BY delivered_at"))
                        .containsExactly("UNSUPPORTED", "TRANSFERRED", "METADATA"));
        assertThat(Files.getAttribute(fifo, "unix:ino")).isEqualTo(inode);
        Files.delete(source.resolve("d/fifo"));
        Files.delete(source.resolve("d/socket"));
        replication.changed("d/fifo", "d/socket");
        replication.awaitEqual(replica);
    }

    @Test
    void aDeviceNodeOfAnotherNumberIsSentAgain() throws Exception {
        Assumptions.assumeTrue(Account.SUPERUSER, "only the superuser makes device nodes");
        Path node = source.resolve("node");
        Assumptions.assumeTrue(new ProcessBuilder("mknod", node.toString(), "c", "1", "3")
                        .start()
                        .waitFor()
                == 0);
        start(Fidelity.DEVICES);
        awaitDevice("1:3");
        Files.delete(node);
        run("mknod", node.toString(), "c", "1", "5");
        replication.changed("node");
        awaitDevice("1:5");
        replication.changed("node");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> text("SELECT path FROM work_item").isEmpty());
        assertThat(text("SELECT outcome::text FROM v_delivery WHERE path = 'node'"))
                .containsExactly("TRANSFERRED", "TRANSFERRED");
    }

    private void awaitDevice(String number) {
        await().atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .until(() -> run("stat", "-c", "%t:%T", replica.resolve("node").toString())
                        .equals(number));
    }

    @Test
    void aTargetThatCannotIsNotServedAndSaysWhy() throws IOException {
        server.close();
        server = OpenSshServer.start(Files.createDirectory(directory.resolve("other")), "ForceCommand internal-sftp");
        write("file", "content");
        start(Fidelity.ACLS);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(text("SELECT failing_code FROM target_state"))
                        .containsExactly("CONFIGURATION_INVALID"));
        assertThat(replica.resolve("file")).doesNotExist();
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said.strip();
    }
}
