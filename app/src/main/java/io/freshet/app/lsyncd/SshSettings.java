package io.freshet.app.lsyncd;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a sync logs in by SSH, gathered from {@code ssh = {…}}, from {@code rsync.rsh} and from {@code -e}. */
final class SshSettings {
    /** What OpenSSH is told about the connection only; Freshet has connections of its own. */
    private static final Set<String> OF_THE_CONNECTION = Set.of(
            "batchmode",
            "compression",
            "connecttimeout",
            "connectionattempts",
            "controlmaster",
            "controlpath",
            "controlpersist",
            "loglevel",
            "serveraliveinterval",
            "serveralivecountmax",
            "tcpkeepalive",
            "ciphers",
            "macs",
            "requesttty",
            "identitiesonly",
            "passwordauthentication",
            "kbdinteractiveauthentication",
            "pubkeyauthentication",
            "preferredauthentications",
            "gssapiauthentication",
            "visualhostkey",
            "forwardx11");

    private final Remarks remarks;
    private final Map<String, String> keys = new LinkedHashMap<>();
    private @Nullable String user;
    private @Nullable String port;

    SshSettings(Remarks remarks) {
        this.remarks = remarks;
    }

    @Nullable
    String user() {
        return user;
    }

    @Nullable
    String port() {
        return port;
    }

    /** Returns the keys of a target. */
    Map<String, String> keys() {
        return keys;
    }

    /** Takes what stands in {@code ssh = {…}}. */
    void table(Item.Group ssh) {
        ssh.named().forEach((name, item) -> {
            switch (name) {
                case "identityFile" -> file("identity-file", item.shown());
                case "sshConfigFile" -> file("ssh-config", item.shown());
                case "port" -> port(item.shown());
                case "options" -> {
                    if (item instanceof Item.Group options) {
                        options.named().forEach((key, value) -> option(key, value.shown()));
                    }
                }
                case "_extra" -> arguments(item.texts());
                case "binary" ->
                    remarks.note(
                            "ssh.binary = " + item.shown() + ": Freshet has its own SSH and runs no program for it");
                default -> remarks.warn("ssh." + name + " = " + item.shown() + " has no counterpart");
            }
        });
    }

    /** Takes a command such as {@code ssh -p 2222 -i /etc/key}. */
    void command(String command) {
        List<String> words = Words.of(command);
        if (words.isEmpty()) {
            return;
        }
        if (!words.get(0).equals("ssh") && !words.get(0).endsWith("/ssh")) {
            remarks.warn("rsync.rsh = " + command + " is not ssh and has no counterpart");
            return;
        }
        arguments(words.subList(1, words.size()));
    }

    private void arguments(List<String> words) {
        for (Iterator<String> rest = words.iterator(); rest.hasNext(); ) {
            String word = rest.next();
            boolean takesValue = word.length() > 1 && word.charAt(0) == '-' && "piloFJ".indexOf(word.charAt(1)) >= 0;
            if (!takesValue || (word.length() == 2 && !rest.hasNext())) {
                argument(word);
                continue;
            }
            String value = word.length() > 2 ? word.substring(2) : rest.next();
            switch (word.charAt(1)) {
                case 'p' -> port(value);
                case 'i' -> file("identity-file", value);
                case 'l' -> user = value;
                case 'F' -> file("ssh-config", value);
                case 'J' -> keys.put("jump", value);
                default -> {
                    String[] parts = value.strip().split("[=\\s]+", 2);
                    option(parts[0], parts.length > 1 ? parts[1] : "");
                }
            }
        }
    }

    private void argument(String word) {
        if (word.matches("-[CqTxXaAnv46]+")) {
            remarks.note("ssh " + word + " is about ssh's own connections");
        } else {
            remarks.warn("the option " + word + " of ssh has no counterpart");
        }
    }

    private void option(String name, String value) {
        String shown = "the option " + name + "=" + value + " of ssh";
        switch (name.toLowerCase(Locale.ROOT)) {
            case "port" -> port(value);
            case "user" -> user = value;
            case "identityfile" -> file("identity-file", value);
            case "certificatefile" -> file("certificate-file", value);
            case "proxyjump" -> keys.put("jump", value);
            case "userknownhostsfile" -> {
                if (value.equals("/dev/null")) {
                    remarks.warn(shown + ": Freshet trusts no unknown host; write known-hosts");
                } else {
                    file("known-hosts", value);
                }
            }
            case "stricthostkeychecking" -> {
                if (!value.equals("yes") && !value.equals("ask")) {
                    remarks.warn(
                            shown + ": Freshet trusts no unknown host; put its key into known-hosts, for example by"
                                    + " ssh-keyscan");
                }
            }
            case "proxycommand" -> remarks.warn(shown + ": commands are not run to connect; use jump");
            default -> {
                if (OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                    remarks.note(shown + " is about ssh's own connections");
                } else {
                    remarks.warn(shown + " has no counterpart");
                }
            }
        }
    }

    private void port(String value) {
        if (value.matches("[1-9]\\d{0,4}") && Integer.parseInt(value) <= 65535) {
            port = value;
        } else {
            remarks.warn("the port '" + value + "' is none");
        }
    }

    private void file(String key, String path) {
        if (path.startsWith("/")) {
            keys.put(key, path);
        } else {
            remarks.warn(
                    key + ": " + path + " is left out, as neither ~ nor the directory that lsyncd runs in are known"
                            + " here; write the whole path");
        }
    }
}
