package io.freshet.transfer.ssh;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What an {@code ssh_config} file says about one host; of keywords that occur more than once the first counts. */
final class SshConfigEntry {
    static final String NONE = "none";

    private static final int LARGEST_PORT = 65535;

    private final List<String> identityFiles = new ArrayList<>();
    private final List<String> certificateFiles = new ArrayList<>();
    private final List<String> knownHostsFiles = new ArrayList<>();
    private @Nullable String hostName;
    private @Nullable String user;
    private @Nullable String proxyJump;
    private @Nullable String proxyCommand;
    private int port;

    /** Takes a line that applies to the host. Throws {@link IllegalArgumentException} with what is wrong. */
    void take(SshConfigLine line) {
        switch (line.keyword()) {
            case "hostname" -> hostName = first(hostName, line);
            case "user" -> user = first(user, line);
            case "port" -> port = port == 0 ? readPort(line.argument()) : port;
            case "identityfile" -> addNew(identityFiles, line.argument());
            case "certificatefile" -> addNew(certificateFiles, line.argument());
            case "userknownhostsfile" -> {
                if (knownHostsFiles.isEmpty()) {
                    knownHostsFiles.addAll(line.arguments());
                }
            }
            case "proxyjump" -> {
                if (proxyCommand == null) {
                    proxyJump = first(proxyJump, line);
                }
            }
            case "proxycommand" -> {
                if (proxyJump == null) {
                    proxyCommand = first(proxyCommand, line);
                }
            }
            default -> {
                // About something that Freshet does not do as ssh does: forwarding, terminals, ciphers.
            }
        }
    }

    private static String first(@Nullable String before, SshConfigLine line) {
        return before == null ? line.argument() : before;
    }

    private static void addNew(List<String> files, String file) {
        if (!files.contains(file)) {
            files.add(file);
        }
    }

    private static int readPort(String text) {
        int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
        if (port < 1 || port > LARGEST_PORT) {
            throw new IllegalArgumentException("'" + text + "' is no port");
        }
        return port;
    }

    /** Returns the name or address to connect to, as it is written; null if it is the alias itself. */
    @Nullable
    String hostName() {
        return hostName;
    }

    @Nullable
    String user() {
        return user;
    }

    /** Returns the port, or 0 if there is none. */
    int port() {
        return port;
    }

    /** Returns the identity files as they are written. */
    List<String> identityFiles() {
        return identityFiles;
    }

    /** Returns the certificate files as they are written. */
    List<String> certificateFiles() {
        return certificateFiles;
    }

    /** Returns the known hosts files as they are written; empty if none are named. */
    List<String> knownHostsFiles() {
        return knownHostsFiles;
    }

    /** Returns the hosts to jump through as they are written, or null. */
    @Nullable
    String proxyJump() {
        return isNone(proxyJump) ? null : proxyJump;
    }

    /** Returns the command that would make the connection, or null. */
    @Nullable
    String proxyCommand() {
        return isNone(proxyCommand) ? null : proxyCommand;
    }

    private static boolean isNone(@Nullable String value) {
        return value != null && value.toLowerCase(Locale.ROOT).equals(NONE);
    }
}
