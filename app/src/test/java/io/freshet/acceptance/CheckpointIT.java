package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.cli.FreshetCommand;
import io.freshet.database.TestDatabase;
import io.freshet.transfer.ssh.OpenSshServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Issue 5, 7: the packaged program, two real OpenSSH servers, and evidence that nothing but its file is needed for. */
class CheckpointIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    @TempDir
    Path directory;

    private Site site;

    @BeforeAll
    static void needsSshd() {
        OpenSshServer.require();
    }

    @BeforeEach
    void setUp() throws IOException {
        Path password = Files.writeString(directory.resolve("password"), database.password());
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        site = new Site(
                directory,
                "{url: \"" + database.url() + "\", username: " + database.username() + ", password-file: " + password
                        + "}");
        Files.createDirectory(site.source().resolve("shop"));
        Files.writeString(site.source().resolve("shop/index"), "1");
        site.start();
    }

    @AfterEach
    void tearDown() {
        site.close();
    }

    @Test
    void aReleaseIsProvenToHaveArrived() throws Exception {
        succeeds("checkpoint", "create", "first", "--path", "shop", "--wait");
        await("the run that lingers has ended")
                .atMost(PATIENCE)
                .until(() -> database.jdbcClient()
                                .sql("SELECT count(*) FROM run WHERE state = 'RUNNING'")
                                .query(Long.class)
                                .single()
                        == 0);
        pause(true);
        Files.writeString(site.source().resolve("shop/index"), "release 2");
        Node.Answer late =
                site.freshet("checkpoint", "create", "release 2", "--path", "shop", "--wait", "--timeout", "2s");
        assertThat(late.exitCode()).as(late.output()).isEqualTo(5);
        assertThat(late.output()).contains("target1", "target2 is paused by test");
        site.awaitEqual(1, PATIENCE);
        assertThat(freshet("checkpoint", "show", "release 2").exitCode()).isEqualTo(1);
        Node.Answer other = freshet("checkpoint", "create", "release 2");
        assertThat(other.exitCode()).as(other.output()).isEqualTo(1);
        assertThat(other.output()).contains("stays as it is");

        pause(false);
        succeeds("checkpoint", "create", "release 2", "--path", "shop", "--wait");
        String evidence = succeeds("checkpoint", "evidence", "release 2");
        JsonNode targets = JSON.readTree(evidence).at("/evidence/targets");
        assertThat(targets.size()).isEqualTo(2);
        assertThat(targets.at("/0/entries").asInt()).as("shop, shop/index").isEqualTo(2);
        assertThat(targets.at("/0/digest").asString())
                .hasSize(64)
                .isEqualTo(targets.at("/1/digest").asString());

        Path file = Files.writeString(directory.resolve("evidence.json"), evidence);
        Path key = Files.writeString(directory.resolve("key.pem"), succeeds("checkpoint", "key"));
        assertThat(verify(file, key)).isZero();
        Files.writeString(file, evidence.replace("\"seq\" : ", "\"seq\" : 1"));
        assertThat(verify(file, key)).isEqualTo(1);

        Files.writeString(site.source().resolve("shop/index"), "release 3");
        succeeds("wait");
        JsonNode again = JSON.readTree(succeeds("checkpoint", "show", "release 2", "--json"));
        assertThat(again.at("/targets/1/completedAt")).isEqualTo(targets.at("/1/completedAt"));
        assertThat(succeeds("checkpoint", "list")).contains("release 2", "2 of 2");
    }

    /** By the row that a person's command leaves; a command more would only take time. */
    private void pause(boolean paused) {
        database.jdbcClient()
                .sql(
                        paused
                                ? "INSERT INTO target_pause (target_id, paused_by) SELECT target_id, 'test' FROM target WHERE name = 'target2'"
                                : "DELETE FROM target_pause")
                .update();
    }

    private String succeeds(String... words) {
        Node.Answer answer = freshet(words);
        assertThat(answer.exitCode()).as(answer.output()).isZero();
        return answer.output();
    }

    private int verify(Path file, Path key) {
        return freshet("checkpoint", "verify", file.toString(), "--key", key.toString())
                .exitCode();
    }

    /** A command against the running server; in this process, as a virtual machine for each would take most of the time. */
    private Node.Answer freshet(String... words) {
        StringWriter output = new StringWriter();
        CommandLine line = FreshetCommand.commandLine();
        line.setOut(new PrintWriter(output));
        line.setErr(new PrintWriter(output));
        List<String> all = new ArrayList<>(List.of(words));
        if (!all.contains("verify")) {
            all.addAll(List.of("--config", directory.resolve("freshet.yml").toString()));
        }
        return new Node.Answer(line.execute(all.toArray(String[]::new)), output.toString());
    }
}
