package io.freshet.app.demo;

import io.freshet.app.config.ListenAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;

/**
 * The demo's directory: a source with a few files, the roots of two hosts, keys, and a real configuration file.
 *
 * @param directory absolute
 */
record DemoFolder(Path directory) {
    Path source() {
        return directory.resolve("source");
    }

    Path configuration() {
        return directory.resolve("freshet.yml");
    }

    Path data() {
        return directory.resolve("data");
    }

    Path hostRoot(String host) {
        return directory.resolve("hosts").resolve(host);
    }

    private Path keys() {
        return directory.resolve("keys");
    }

    private Path hostKey(String host) {
        return keys().resolve(host + "_host_key");
    }

    private Path identity() {
        return keys().resolve("id_ecdsa");
    }

    private Path knownHosts() {
        return keys().resolve("known_hosts");
    }

    private Path port(String host) {
        return keys().resolve(host + "_port");
    }

    /** Makes what is missing; what a person did to the source since the last time stays as it is. */
    void prepare(List<String> hosts) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        if (!Files.isDirectory(keys())) {
            Files.createDirectory(
                    keys(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        for (String host : hosts) {
            Files.createDirectories(hostRoot(host));
        }
        if (!Files.isDirectory(source())) {
            writeExamples();
        }
    }

    private void writeExamples() throws IOException {
        Path fresh = directory.resolve("source.new");
        Files.createDirectories(fresh.resolve("project/images"));
        Files.writeString(fresh.resolve("README.txt"), """
                Everything in this directory is replicated to two hosts.
                Change, add, move or delete something and watch it arrive.
                """);
        Files.writeString(fresh.resolve("project/index.html"), """
                <!doctype html>
                <title>A project</title>
                <img src="images/wave.svg" alt="A wave">
                """);
        Files.writeString(fresh.resolve("project/images/wave.svg"), """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><path d="M0 5q5-5 10 0t10 0 10 0 10 0"
                fill="none" stroke="teal"/></svg>
                """);
        Files.createSymbolicLink(fresh.resolve("project/start.html"), Path.of("index.html"));
        // Seen at once or not at all: a directory that exists is not filled again.
        Files.move(fresh, source());
    }

    /** Starts the hosts where they were the last time, if nobody else is there now. */
    List<DemoHost> startHosts(List<String> names) throws IOException, GeneralSecurityException {
        PublicKey visitor = DemoKeys.readOrCreate(identity());
        List<DemoHost> hosts = new ArrayList<>();
        List<String> known = new ArrayList<>();
        for (String name : names) {
            DemoHost host = DemoHost.start(name, lastPort(name), hostRoot(name), hostKey(name), visitor);
            hosts.add(host);
            Files.writeString(port(name), host.port() + "\n");
            known.addAll(host.knownHostsLines());
        }
        Files.write(knownHosts(), known);
        return hosts;
    }

    private int lastPort(String host) throws IOException {
        String text = Files.exists(port(host)) ? Files.readString(port(host)).strip() : "0";
        return text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
    }

    /** Writes the configuration file, a real one that {@code freshet serve} would take as well. */
    void writeConfiguration(ListenAddress listen, List<DemoHost> hosts) throws IOException {
        StringBuilder text = new StringBuilder("""
                # Written by 'freshet demo' at every start.
                data-dir: data
                database: embedded
                web: {listen: "%s"}
                sources:
                  - name: demo
                    path: source
                    exclude: ["*.tmp"]
                    targets:
                """.formatted(listen));
        for (DemoHost host : hosts) {
            text.append("""
                          - name: %s
                            url: %s
                            identity-file: keys/id_ecdsa
                            known-hosts: keys/known_hosts
                            ssh-config: none
                    """.formatted(host.name(), host.url()));
        }
        Files.writeString(configuration(), text);
    }
}
