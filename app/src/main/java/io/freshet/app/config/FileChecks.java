package io.freshet.app.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Looks at the files that a configuration names, and remembers which of them must stay out of every replica. */
final class FileChecks {
    private static final Set<PosixFilePermission> WRITE_BY_OTHERS =
            EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
    private static final Set<PosixFilePermission> ANY_BY_OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    /** Something of Freshet's own: it must lie neither in a source nor in a target. */
    record Own(Value value, Path path) {}

    private final Path base;
    private final List<Own> own = new ArrayList<>();

    private FileChecks(Path base) {
        this.base = base;
    }

    /** Returns checks in which relative paths are relative to {@code file}. */
    static FileChecks besides(Path file) {
        return new FileChecks(file.toAbsolutePath().normalize().resolveSibling(""));
    }

    /** Returns the directory in which the file is. */
    Path base() {
        return base;
    }

    List<Own> own() {
        return own;
    }

    /** Remembers something of Freshet's own, for the place in the file that first names it. */
    void addOwn(Value value, Path path) {
        if (own.stream().noneMatch(earlier -> earlier.path().equals(path))) {
            own.add(new Own(value, path));
        }
    }

    /** Returns an absolute, normalised path. */
    Optional<Path> path(Value value) {
        return value.read(text -> {
            try {
                return base.resolve(text).normalize();
            } catch (InvalidPathException invalid) {
                throw new IllegalArgumentException("'" + text + "' is not a path: " + invalid.getReason(), invalid);
            }
        });
    }

    /** Returns a directory that is there. */
    Optional<Path> directory(Value value) {
        return path(value).filter(path -> {
            if (Files.isDirectory(path)) {
                return true;
            }
            value.wrong(
                    Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                            ? "'" + path + "' is not a directory"
                            : "there is no directory '" + path + "'");
            return false;
        });
    }

    /** Returns a file that is there and can be read. */
    Optional<Path> readable(Value value) {
        return path(value).filter(path -> {
            if (!Files.exists(path)) {
                value.wrong("there is no file '" + path + "'" + (isHidden(path) ? ", or it may not be seen" : ""));
                return false;
            }
            if (!Files.isRegularFile(path)) {
                value.wrong("'" + path + "' is not a file");
                return false;
            }
            if (!Files.isReadable(path)) {
                value.wrong("'" + path + "' may not be read by " + System.getProperty("user.name")
                        + "; give it to that user: chown " + System.getProperty("user.name") + " " + path);
                return false;
            }
            return true;
        });
    }

    private static boolean isHidden(Path path) {
        Path parent = path.getParent();
        return parent != null && Files.isDirectory(parent) && !Files.isExecutable(parent);
    }

    /** Returns a readable file that only trusted people can change. */
    Optional<Path> trusted(Value value) {
        return readable(value).filter(path -> hasNone(value, path, WRITE_BY_OTHERS, "can be changed", "go-w"));
    }

    /**
     * Returns a readable file with a secret. As ssh asks for, nobody else may read it where it is ours; where it is
     * somebody else's who lets us read it, nobody else may change it.
     */
    Optional<Path> secret(Value value) {
        Optional<Path> secret = readable(value)
                .filter(path -> isOurs(path)
                        ? hasNone(value, path, ANY_BY_OTHERS, "can be used", "600")
                        : hasNone(value, path, WRITE_BY_OTHERS, "can be changed", "go-w"));
        secret.ifPresent(path -> addOwn(value, path));
        return secret;
    }

    /** Returns a file with a private key. */
    Optional<Path> privateKey(Value value) {
        return secret(value).filter(path -> {
            String beginning = beginningOf(path);
            if (beginning.contains("PRIVATE KEY")) {
                return true;
            }
            boolean isPublic = beginning.startsWith("ssh-") || beginning.startsWith("ecdsa-");
            value.wrong("'" + path + "' holds " + (isPublic ? "the public key" : "no private key")
                    + (isPublic && path.toString().endsWith(".pub")
                            ? ". Did you mean " + path.toString().replaceFirst("\\.pub$", "") + "?"
                            : "; ssh-keygen -t ed25519 -f FILE makes one"));
            return false;
        });
    }

    /** Returns a file with a certificate for a key. */
    Optional<Path> certificate(Value value) {
        return readable(value).filter(path -> {
            boolean isCertificate = beginningOf(path).matches("(?s)\\S+-cert-v01@openssh\\.com\\s.*");
            if (!isCertificate) {
                value.wrong("'" + path + "' holds no certificate; ssh-keygen -s makes one, FILE-cert.pub");
            }
            return isCertificate;
        });
    }

    /** Returns whether a directory may serve as Freshet's own: nobody else can write to it, or it is still to be made. */
    boolean isOwnHouse(Section section, Path directory) {
        Value value = section.value("data-dir").orElseThrow();
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return true;
        }
        if (!Files.isDirectory(directory)) {
            value.wrong("'" + directory + "' is not a directory");
            return false;
        }
        return hasNone(value, directory, WRITE_BY_OTHERS, "can be written to", "go-w");
    }

    private static boolean isOurs(Path path) {
        try {
            // The owner of /proc/self is the effective user of this process: proc(5).
            return Files.getAttribute(path, "unix:uid").equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException unknown) {
            return true;
        }
    }

    private static boolean hasNone(
            Value value, Path path, Set<PosixFilePermission> forbidden, String danger, String mode) {
        try {
            Set<PosixFilePermission> excess = EnumSet.copyOf(forbidden);
            excess.retainAll(Files.getPosixFilePermissions(path));
            if (excess.isEmpty()) {
                return true;
            }
            value.wrong("'" + path + "' " + danger + " by others than its owner; run: chmod " + mode + " " + path);
        } catch (IOException failure) {
            value.wrong("the permissions of '" + path + "' cannot be read: " + failure.getMessage());
        }
        return false;
    }

    private static String beginningOf(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            return new String(in.readNBytes(200), StandardCharsets.ISO_8859_1);
        } catch (IOException failure) {
            return "";
        }
    }
}
