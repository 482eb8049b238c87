package io.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program in a fresh directory: what a user meets first. */
class FreshetIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    private Path home;

    private Path demo() {
        return home.resolve(".local/share/freshet/demo");
    }

    private int command(String... arguments) {
        try (FreshetProcess process = FreshetProcess.start(home, arguments)) {
            return process.awaitEnd();
        }
    }

    private void awaitAtBothHosts(String file, String content) {
        for (String host : new String[] {"web1", "web2"}) {
            Path copy = demo().resolve("hosts").resolve(host).resolve(file);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(copy).exists().content().isEqualTo(content));
        }
    }

    private void write(String file, String content) throws IOException {
        Files.writeString(demo().resolve("source").resolve(file), content);
    }

    @Test
    void demoDeliversAnswersAndEnds() throws Exception {
        // Whoever had the port before: it is not free now.
        try (ServerSocket occupied = occupied();
                FreshetProcess process = FreshetProcess.start(home, "demo")) {
            String url = process.awaitReady();
            assertThat(URI.create(url).getPort()).isNotEqualTo(8080);
            assertThat(process.out())
                    .contains(demo().resolve("source").toString())
                    .contains(demo().resolve("hosts/web1").toString())
                    .contains(demo().resolve("hosts/web2").toString())
                    .containsPattern("admin, password \\S{12,}");
            awaitAtBothHosts("README.txt", Files.readString(demo().resolve("source/README.txt")));

            write("new.txt", "written to a running demo\n");
            assertThat(command("wait", "--timeout", "60s")).isZero();
            awaitAtBothHosts("new.txt", "written to a running demo\n");
            assertThat(command("where", "new.txt")).isZero();
            assertThat(command(
                            "status", "--config", demo().resolve("freshet.yml").toString()))
                    .isZero();

            HttpResponse<String> page = HttpClient.newBuilder()
                    .followRedirects(HttpClient.Redirect.NORMAL)
                    .build()
                    .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("password");

            assertThat(process.terminate()).isZero();
            assertThat(occupied.isBound()).isTrue();
        }
        assertThat(demo().resolve("data/postgresql/data/postmaster.pid")).doesNotExist();
        assertThat(command("status")).as("a server that has ended").isEqualTo(3);
    }

    private static ServerSocket occupied() throws IOException {
        try {
            return new ServerSocket(8080, 1, InetAddress.getLoopbackAddress());
        } catch (IOException bySomebodyElse) {
            return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        }
    }

    @Test
    void demoGoesOnAfterItWasKilled() throws Exception {
        try (FreshetProcess process = FreshetProcess.start(home, "demo")) {
            process.awaitReady();
            assertThat(command("wait", "--timeout", "60s")).isZero();
            awaitAtBothHosts("README.txt", Files.readString(demo().resolve("source/README.txt")));
            process.kill();
        }
        write("meanwhile.txt", "written while nobody watched\n");
        Files.delete(demo().resolve("source/README.txt"));

        try (FreshetProcess process = FreshetProcess.start(home, "demo")) {
            process.awaitReady();
            awaitAtBothHosts("meanwhile.txt", "written while nobody watched\n");
            await().atMost(SOON)
                    .until(() -> !Files.exists(demo().resolve("hosts/web1/README.txt"))
                            && !Files.exists(demo().resolve("hosts/web2/README.txt")));
            assertThat(process.terminate()).isZero();
        }
    }

    @Test
    void serverSaysOneLineAndTakesItsDirectoryForItself() throws Exception {
        Files.createDirectory(home.resolve("source"));
        Files.createDirectory(home.resolve("copy"));
        Files.writeString(home.resolve("source/a.txt"), "a\n");
        Path alias = Files.createLink(home.resolve("alias"), home.resolve("source/a.txt"));
        Path configuration = Files.writeString(home.resolve("freshet.yml"), """
                data-dir: data
                web: {listen: "127.0.0.1:0"}
                sources:
                  - name: content
                    path: source
                    targets:
                      - {name: copy, url: "file://%s"}
                """.formatted(home.resolve("copy")));

        try (FreshetProcess process = FreshetProcess.start(home, "serve")) {
            String url = process.awaitReady();
            assertThat(process.out()).isEqualTo("Freshet is ready at " + url + System.lineSeparator());
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(home.resolve("copy/a.txt"))
                            .exists()
                            .content()
                            .isEqualTo("a\n"));

            try (FreshetProcess second = FreshetProcess.start(home, "serve", "--config", configuration.toString())) {
                assertThat(second.awaitEnd()).isEqualTo(2);
                assertThat(second.err()).contains("is in use by another Freshet");
            }
            assertThat(command("wait")).as("the first one still answers").isZero();
            assertThat(command("where", "a.txt")).isZero();
            // By a name outside of the source, of which no directory in it tells.
            Files.writeString(alias, "written behind its back\n");
            await().atMost(SOON).until(this::hasArrivedAsTheSourceHasItNow);
            assertThat(home.resolve("copy/a.txt")).content().isEqualTo("written behind its back\n");
            assertThat(process.terminate()).isZero();
        }
        Files.writeString(home.resolve("source/a.txt"), "nobody observes this\n");
        try (FreshetProcess process = FreshetProcess.start(home, "serve", "--roles", "run,web")) {
            process.awaitReady();
            await().atMost(SOON).untilAsserted(() -> {
                try (FreshetProcess where = FreshetProcess.start(home, "where", "a.txt")) {
                    assertThat(where.awaitEnd()).isEqualTo(1);
                    assertThat(where.out()).contains("Changed at the source, and not observed yet");
                }
            });
            assertThat(process.terminate()).isZero();
        }
    }

    /** On a busy machine a look at the source may take longer than anybody waits for it; then the answer says so. */
    private boolean hasArrivedAsTheSourceHasItNow() {
        try (FreshetProcess where = FreshetProcess.start(home, "where", "a.txt")) {
            return where.awaitEnd() == 0 && where.out().contains("looked at just now");
        }
    }

    @Test
    void wrongConfigurationStartsNothing() throws Exception {
        Path configuration = Files.writeString(home.resolve("freshet.yml"), """
                data-dir: data
                sources:
                  - name: content
                    path: nowhere
                    targets:
                      - {name: copy, url: "sftp://app@web1/srv", identty-file: id}
                """);

        try (FreshetProcess process = FreshetProcess.start(home, "serve", "--config", configuration.toString())) {
            assertThat(process.awaitEnd()).isEqualTo(2);
            assertThat(process.out()).isEmpty();
            assertThat(process.err())
                    .contains(configuration + ":4:11: sources[0].path: there is no directory")
                    .contains("Did you mean identity-file?");
        }
        assertThat(home.resolve("data")).doesNotExist();
        assertThat(command("check-config", configuration.toString())).isEqualTo(2);
    }
}
