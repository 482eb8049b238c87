package io.freshet.app.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A directory with everything that a right configuration file names. */
final class ConfigurationFolder {
    private final Path directory;

    ConfigurationFolder(Path directory) {
        this.directory = directory;
        make("source");
        make("other");
        write("id", "-----BEGIN OPENSSH PRIVATE KEY-----\n", "rw-------");
        write("id.pub", "ssh-ed25519 AAAA somebody\n", "rw-------");
        write("id-cert.pub", "ssh-ed25519-cert-v01@openssh.com AAAA somebody\n", "rw-r--r--");
        write("source/id", "-----BEGIN OPENSSH PRIVATE KEY-----\n", "rw-------");
        write(
                "aliases",
                "Host alias\n HostName WEB1\n User app\n IdentityFile " + directory.resolve("source/id") + "\n",
                "rw-r--r--");
        write("no_known_hosts", "Host web1\n UserKnownHostsFile /none/known_hosts\n", "rw-r--r--");
        write("no_identity", "Host web1\n IdentityFile /none/id\n", "rw-r--r--");
        write("bad_config", "Host web1\n Port x\n", "rw-r--r--");
        write("open_id", "-----BEGIN OPENSSH PRIVATE KEY-----\n", "rw-r-----");
        write("passphrase", "secret\n", "rw-------");
        write("known_hosts", "web1 ssh-ed25519 AAAA\n", "rw-r--r--");
        write("open_known_hosts", "web1 ssh-ed25519 AAAA\n", "rw-rw-rw-");
        write("password", "secret\n", "rw-------");
        write("metrics-token", "0123456789abcdef0123456789abcdef\n", "rw-------");
        write("excludes", "# a comment\n*.bak\n", "rw-r--r--");
        write("bad_excludes", "*.bak\n[a\n", "rw-r--r--");
    }

    Path directory() {
        return directory;
    }

    void make(String name) {
        try {
            Files.createDirectories(directory.resolve(name));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    Path write(String name, String content, String permissions) {
        try {
            Files.writeString(directory.resolve(name), content);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return setPermissions(name, permissions);
    }

    Path setPermissions(String name, String permissions) {
        try {
            return Files.setPosixFilePermissions(directory.resolve(name), PosixFilePermissions.fromString(permissions));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Writes {@code freshet.yml}. */
    Path file(String content) {
        return write("freshet.yml", content, "rw-r--r--");
    }
}
