package io.freshet.transfer.ssh;

import io.freshet.target.TargetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the way to a target: which hosts, as whom, with which keys. What the target's options say wins over the {@code
 * ssh_config} file; where neither says anything, it is as for {@code ssh(1)}.
 */
final class HopFinder {
    private static final int DEEPEST_JUMP = 8;
    private static final int DEFAULT_PORT = 22;
    private static final List<String> USUAL_IDENTITIES = List.of("id_ed25519", "id_ecdsa", "id_rsa");

    private final TargetAddress address;
    private final LocalUser localUser;
    private final @Nullable SshConfigFile config;

    HopFinder(TargetAddress address, LocalUser localUser) {
        this.address = address;
        this.localUser = localUser;
        this.config = configFile();
    }

    private @Nullable SshConfigFile configFile() {
        String option = address.option(SshSettings.SSH_CONFIG);
        if (option == null) {
            Path usual = localUser.sshFolder().resolve("config");
            return Files.isReadable(usual) ? new SshConfigFile(usual, localUser.home()) : null;
        }
        return option.equals(SshConfigEntry.NONE)
                ? null
                : new SshConfigFile(
                        SshSettings.readable(address, SshSettings.SSH_CONFIG, Path.of(option)), localUser.home());
    }

    /** Returns the jump hosts in the order in which they are passed, and last the target's host. */
    List<SshHop> find(HostSpec target) {
        List<SshHop> hops = new ArrayList<>();
        try {
            add(target, SshHop.HOST, hops, jumpOption(), 0);
        } catch (IllegalArgumentException malformed) {
            throw SshSettings.invalid(address.name(), String.valueOf(malformed.getMessage()), malformed);
        }
        return hops;
    }

    private @Nullable List<HostSpec> jumpOption() {
        String jump = address.option(SshSettings.JUMP);
        if (jump == null) {
            return null;
        }
        try {
            return jump.equals(SshConfigEntry.NONE) ? List.of() : HostSpec.list(jump);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(
                    "the option " + SshSettings.JUMP + ": " + malformed.getMessage(), malformed);
        }
    }

    /**
     * @param through the hosts to jump through; null if the configuration file decides
     */
    private void add(HostSpec spec, String called, List<SshHop> hops, @Nullable List<HostSpec> through, int depth) {
        if (depth > DEEPEST_JUMP) {
            throw new IllegalArgumentException("the jump hosts of " + config + " lead in a circle: " + spec.host());
        }
        SshConfigEntry entry = config == null ? new SshConfigEntry() : config.lookup(spec.host());
        String written = entry.hostName();
        String host = written == null ? spec.host() : SshTokens.expand(written, Map.of("h", spec.host()));
        int port = spec.port().orElse(entry.port() == 0 ? DEFAULT_PORT : entry.port());
        String user = spec.user() != null ? spec.user() : entry.user() != null ? entry.user() : localUser.name();
        Map<String, String> tokens = Map.of(
                "h", host,
                "n", spec.host(),
                "p", Integer.toString(port),
                "r", user,
                "u", localUser.name(),
                "d", localUser.home().toString());
        List<HostSpec> jumps = through == null ? configuredJumps(spec, entry, tokens) : through;
        for (int i = 0; i < jumps.size(); i++) {
            // As with ssh -J: only the way to the first of them is still open.
            add(jumps.get(i), SshHop.JUMP_HOST, hops, i == 0 ? null : List.of(), depth + 1);
        }
        hops.add(new SshHop(
                called,
                user,
                host.toLowerCase(Locale.ROOT),
                port,
                knownHosts(entry, tokens),
                approvedKeys(),
                new SshIdentities(
                        keys(spec, entry, tokens),
                        address.option(SshSettings.IDENTITY_FILE) != null,
                        certificates(entry, tokens),
                        address.option(SshSettings.CERTIFICATE_FILE) != null)));
    }

    private Set<String> approvedKeys() {
        String approved = address.option(TargetAddress.APPROVED_HOST_KEYS);
        return approved == null ? Set.of() : approved.lines().collect(Collectors.toSet());
    }

    private List<HostSpec> configuredJumps(HostSpec spec, SshConfigEntry entry, Map<String, String> tokens) {
        if (entry.proxyCommand() != null) {
            throw new IllegalArgumentException(config + " reaches " + spec.host()
                    + " by a ProxyCommand, which is not run here; use ProxyJump there, or the option "
                    + SshSettings.JUMP + " (none for the straight way)");
        }
        String jump = entry.proxyJump();
        try {
            return jump == null ? List.of() : HostSpec.list(SshTokens.expand(jump, tokens));
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(
                    "ProxyJump of " + spec.host() + " in " + config + ": " + malformed.getMessage(), malformed);
        }
    }

    private List<Path> keys(HostSpec spec, SshConfigEntry entry, Map<String, String> tokens) {
        Optional<Path> option = option(SshSettings.IDENTITY_FILE);
        if (option.isPresent()) {
            return List.of(option.get());
        }
        boolean usual = entry.identityFiles().isEmpty();
        List<Path> candidates = usual
                ? USUAL_IDENTITIES.stream().map(localUser.sshFolder()::resolve).toList()
                : files(entry.identityFiles(), tokens);
        List<Path> readable = candidates.stream().filter(Files::isReadable).toList();
        if (readable.isEmpty()) {
            throw new IllegalArgumentException((usual
                            ? "there is no private key: give one by the option " + SshSettings.IDENTITY_FILE
                                    + ", or make " + localUser.sshFolder() + "/id_ed25519 with ssh-keygen"
                            : "no IdentityFile for " + spec.host() + " in " + config + " can be read: " + candidates
                                    + "; give one by the option " + SshSettings.IDENTITY_FILE)
                    + (localUser.environment().containsKey("SSH_AUTH_SOCK") ? ". Keys in ssh-agent are not used" : ""));
        }
        return readable;
    }

    private List<Path> certificates(SshConfigEntry entry, Map<String, String> tokens) {
        Optional<Path> option = option(SshSettings.CERTIFICATE_FILE);
        return option.isPresent()
                ? List.of(option.get())
                : files(entry.certificateFiles(), tokens).stream()
                        .filter(Files::isReadable)
                        .toList();
    }

    private List<Path> knownHosts(SshConfigEntry entry, Map<String, String> tokens) {
        Optional<Path> option = option(SshSettings.KNOWN_HOSTS);
        if (option.isPresent()) {
            return List.of(option.get());
        }
        List<Path> candidates = entry.knownHostsFiles().isEmpty()
                ? List.of(localUser.sshFolder().resolve("known_hosts"))
                : files(entry.knownHostsFiles(), tokens);
        List<Path> readable = candidates.stream().filter(Files::isReadable).toList();
        if (readable.isEmpty()) {
            throw new IllegalArgumentException(
                    "no file with known hosts can be read: " + candidates + "; give one by the" + " option "
                            + SshSettings.KNOWN_HOSTS + ", ssh-keyscan HOST prints what to put there");
        }
        return readable;
    }

    private List<Path> files(List<String> written, Map<String, String> tokens) {
        return written.stream()
                .filter(file -> !file.toLowerCase(Locale.ROOT).equals(SshConfigEntry.NONE))
                .map(file -> SshTokens.file(file, tokens, localUser))
                .toList();
    }

    private Optional<Path> option(String name) {
        return Stream.ofNullable(address.option(name))
                .map(file -> SshSettings.readable(address, name, Path.of(file)))
                .findFirst();
    }
}
