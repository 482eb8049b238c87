package io.freshet.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.transfer.Trees;
import io.freshet.transfer.ssh.OpenSshServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A source directory, two OpenSSH servers with a replica each (or one replica on this machine), and the packaged Freshet
 * between them as a process of its own, all below one directory.
 */
final class Site implements AutoCloseable {
    private final Path directory;
    private final Path data;
    private final Path source;
    private final List<Path> replicas = new ArrayList<>();
    private final List<OpenSshServer> servers = new ArrayList<>();
    private final Path config;
    private final List<Node> others = new ArrayList<>();
    private final Node node;

    /**
     * @param database lines of the configuration that say which database to use
     * @param options what the targets are to keep beyond the usual
     */
    Site(Path directory, String database, String... options) throws IOException {
        this(directory, directory.resolve("data"));
        StringBuilder targets = new StringBuilder();
        for (int i = 1; i <= 2; i++) {
            Path replica = Files.createDirectory(directory.resolve("replica" + i));
            OpenSshServer server = OpenSshServer.start(Files.createDirectory(directory.resolve("sshd" + i)));
            replicas.add(replica);
            servers.add(server);
            targets.append("""
                          - name: target%d
                            url: %s
                            identity-file: %s
                            known-hosts: %s
                            allow-root: true
                    """.formatted(i, server.url(replica), server.identity(), server.knownHosts()));
            for (String option : options) {
                targets.append("        ").append(option).append(": true\n");
            }
        }
        configure(database, targets.toString());
    }

    private Site(Path directory, Path data) throws IOException {
        this.directory = directory;
        this.data = data;
        this.source = Files.createDirectory(directory.resolve("source"));
        this.config = directory.resolve("freshet.yml");
        this.node = new Node(directory, config, data);
    }

    /** One target in a directory of this machine, on which any number of entries may vanish. */
    static Site local(Path directory, Path data, String database) throws IOException {
        Site site = new Site(directory, data);
        Path replica = Files.createDirectory(directory.resolve("replica1"));
        site.replicas.add(replica);
        site.configure(database, """
                      - name: target1
                        url: %s
                        policy: storm
                policies:
                  - name: storm
                    max-deletes: none
                """.formatted(replica.toUri()));
        return site;
    }

    private void configure(String database, String targets) throws IOException {
        Files.writeString(config, """
                data-dir: %s
                database: %s
                web: {listen: "127.0.0.1:0"}
                sources:
                  - name: content
                    path: %s
                    targets:
                %s""".formatted(data, database, source, targets));
    }

    /** Lets every target be sent no more than so much, from the next start on. */
    void limit(String bandwidth) throws IOException {
        String limited = Files.readString(config).replaceAll("(?m)^( *)url: .*$", "$0\n$1policy: limited");
        Files.writeString(config, limited + """
                policies:
                  - name: limited
                    bandwidth: %s
                """.formatted(bandwidth));
    }

    /** Changes the configuration, from the next start on. */
    void configure(UnaryOperator<String> change) throws IOException {
        Files.writeString(config, change.apply(Files.readString(config)));
    }

    Path source() {
        return source;
    }

    /** Returns where the running server answers, with a slash at its end. */
    URI url() throws IOException {
        return URI.create(Files.readString(data.resolve("server-url")).strip());
    }

    /** Returns the token of the running server's administrator. */
    String token() throws IOException {
        return Files.readString(data.resolve("token")).strip();
    }

    Path replica(int number) {
        return replicas.get(number - 1);
    }

    OpenSshServer server(int number) {
        return servers.get(number - 1);
    }

    /** Starts Freshet and waits until it says that it is ready. */
    void start() throws IOException {
        node.start();
    }

    /** Kills the process as {@code kill -9} does. */
    void kill() throws InterruptedException {
        node.kill();
    }

    /** Asks the process to end, as a service manager does, and returns its exit code. */
    int terminate() throws InterruptedException {
        return node.terminate();
    }

    boolean isRunning() {
        return node.isRunning();
    }

    /** Returns the bytes of memory that the process had at its peak. */
    long peakMemory() throws IOException {
        return node.peakMemory();
    }

    /** Runs a command against the running server. */
    Node.Answer freshet(String... words) throws IOException, InterruptedException {
        return node.freshet(words);
    }

    /** Returns the process that {@link #start} starts. */
    Node node() {
        return node;
    }

    /** Adds a process on the same database, with the configuration as it is now. */
    Node addNode(String name) throws IOException {
        Path home = Files.createDirectory(directory.resolve(name));
        Path copy = Files.writeString(
                home.resolve("freshet.yml"),
                Files.readString(config).replace("data-dir: " + data, "data-dir: " + home.resolve("data")));
        Node added = new Node(home, copy, home.resolve("data"));
        others.add(added);
        return added;
    }

    /** Waits until a replica equals the source, and returns how long that took. */
    Duration awaitEqual(int number, Duration atMost) {
        long from = System.nanoTime();
        await().atMost(atMost)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> assertThat(Trees.differences(source, replica(number)))
                        .as("differences of replica %d", number)
                        .isEmpty());
        return Duration.ofNanos(System.nanoTime() - from);
    }

    /** Has the project's own judge compare: the script where it lies beside the repository, attribute for attribute. */
    void assertEqualByTreediff() throws IOException, InterruptedException {
        for (Path replica : replicas) {
            Judge.requireEqual(source, replica);
        }
    }

    String log() {
        return node.log();
    }

    @Override
    public void close() {
        others.forEach(Node::close);
        node.close();
        servers.forEach(OpenSshServer::close);
    }
}
