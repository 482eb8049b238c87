package io.freshet.transfer.ssh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An {@code ssh_config} file, as ssh_config(5) has it, as far as it tells where a host is and how to log in there.
 *
 * <p>Understood are {@code Host} with {@code !}, {@code *} and {@code ?}, {@code Match all}, {@code Include}, {@code
 * HostName}, {@code Port}, {@code User}, {@code IdentityFile}, {@code CertificateFile}, {@code UserKnownHostsFile}, {@code
 * ProxyJump}, and that there is a {@code ProxyCommand}. A {@code Match} block with any other condition is passed over as a
 * whole, as if it did not match; the file in {@code /etc/ssh} is not read.
 */
final class SshConfigFile {
    private static final int DEEPEST_INCLUDE = 16;

    private final Path file;
    private final Path home;

    /**
     * @param home what {@code ~} stands for
     */
    SshConfigFile(Path file, Path home) {
        this.file = file;
        this.home = home;
    }

    /**
     * Returns what applies to a host.
     *
     * @param alias the host as a person names it
     * @throws IllegalArgumentException with the file, the line and what is wrong there
     */
    SshConfigEntry lookup(String alias) {
        SshConfigEntry entry = new SshConfigEntry();
        new Pass(alias, entry).read(file, new Block(true, false), 0);
        return entry;
    }

    @Override
    public String toString() {
        return file.toString();
    }

    /**
     * Where a line stands.
     *
     * @param applies whether lines here apply to the host
     * @param closed whether it is inside an {@code Include} that does not apply, so that no {@code Host} can change that
     */
    private record Block(boolean applies, boolean closed) {}

    /** Goes through a file and those it includes, for one host. */
    private final class Pass {
        private final String alias;
        private final SshConfigEntry entry;

        private Pass(String alias, SshConfigEntry entry) {
            this.alias = alias;
            this.entry = entry;
        }

        private void read(Path from, Block start, int depth) {
            if (depth > DEEPEST_INCLUDE) {
                throw new IllegalArgumentException(from + ": Include goes deeper than " + DEEPEST_INCLUDE + " files");
            }
            Block block = start;
            int number = 0;
            for (String text : lines(from)) {
                number++;
                try {
                    Optional<SshConfigLine> line = SshConfigLine.read(text);
                    if (line.isPresent()) {
                        block = take(line.get(), block, depth);
                    }
                } catch (IncludedException included) {
                    throw included;
                } catch (IllegalArgumentException malformed) {
                    throw new IncludedException(from + " line " + number + ": " + malformed.getMessage(), malformed);
                }
            }
        }

        private Block take(SshConfigLine line, Block block, int depth) {
            switch (line.keyword()) {
                case "host" -> {
                    return new Block(!block.closed() && isNamed(line.arguments()), block.closed());
                }
                case "match" -> {
                    boolean all = line.arguments().size() == 1
                            && line.argument().toLowerCase(Locale.ROOT).equals("all");
                    return new Block(!block.closed() && all, block.closed());
                }
                case "include" -> {
                    for (String pattern : line.arguments()) {
                        include(pattern, block, depth);
                    }
                }
                default -> {
                    if (block.applies()) {
                        entry.take(line);
                    }
                }
            }
            return block;
        }

        private boolean isNamed(List<String> patterns) {
            boolean named = false;
            for (String pattern : patterns) {
                boolean negated = pattern.startsWith("!");
                if (Wildcards.matches(negated ? pattern.substring(1) : pattern, alias)) {
                    if (negated) {
                        return false;
                    }
                    named = true;
                }
            }
            return named;
        }

        private void include(String pattern, Block block, int depth) {
            Path path = pattern.startsWith("~/") ? home.resolve(pattern.substring(2)) : Path.of(pattern);
            List<Path> included;
            try {
                included = Wildcards.files(home.resolve(".ssh").resolve(path).normalize());
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        "Include " + pattern + " cannot be read (" + SshFailures.reason(e) + ")", e);
            }
            for (Path each : included) {
                read(each, new Block(block.applies(), block.closed() || !block.applies()), depth + 1);
            }
        }
    }

    private static List<String> lines(Path from) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(from);
            if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                    || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
                throw new IncludedException(
                        from + " can be changed by others than its owner; run: chmod go-w " + from, null);
            }
            return new String(Files.readAllBytes(from), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new IncludedException(from + " cannot be read (" + SshFailures.reason(e) + ")", e);
        }
    }

    /** Says already where the mistake is. */
    private static final class IncludedException extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        private IncludedException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
