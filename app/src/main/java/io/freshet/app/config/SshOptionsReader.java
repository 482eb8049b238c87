package io.freshet.app.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the keys of a target that say how to log in by SSH; they become the connector's options under the same names. */
final class SshOptionsReader {
    private static final String NO_AGENT =
            "keys in ssh-agent are not used, as the SSH library knows no agents; name the"
                    + " private key with identity-file, and what opens it with passphrase-file or passphrase-env";

    static final String ALLOW_ROOT = "allow-root";

    static final List<String> KEYS = List.of(
            "identity-file",
            "certificate-file",
            "passphrase-file",
            "passphrase-env",
            "known-hosts",
            "jump",
            "ssh-config",
            ALLOW_ROOT);

    /** Keys that people may try, and what to do instead. */
    static final Map<String, String> INSTEAD = Map.of(
            "ssh-agent", NO_AGENT,
            "identity-agent", NO_AGENT,
            "password", "passwords are not used; log in with a key, by identity-file",
            "passphrase", "a passphrase does not belong in this file; use passphrase-file or passphrase-env",
            "proxy-jump", "write jump",
            "proxy-command", "commands are not run to connect; use jump");

    private static final String NONE = "none";
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final FileChecks files;

    SshOptionsReader(FileChecks files) {
        this.files = files;
    }

    Map<String, String> read(Section section) {
        Map<String, String> options = new HashMap<>();
        section.value("identity-file")
                .flatMap(files::privateKey)
                .ifPresent(path -> options.put("identity-file", path.toString()));
        section.value("certificate-file")
                .flatMap(files::certificate)
                .ifPresent(path -> options.put("certificate-file", path.toString()));
        section.value("passphrase-file")
                .flatMap(files::secret)
                .ifPresent(path -> options.put("passphrase-file", path.toString()));
        section.value("passphrase-env")
                .flatMap(value -> variable(section, value))
                .ifPresent(name -> options.put("passphrase-env", name));
        section.value("known-hosts")
                .flatMap(files::trusted)
                .ifPresent(path -> options.put("known-hosts", path.toString()));
        section.value("jump").flatMap(Value::text).ifPresent(hosts -> options.put("jump", hosts));
        section.value("ssh-config").flatMap(this::sshConfig).ifPresent(file -> options.put("ssh-config", file));
        section.value(ALLOW_ROOT)
                .flatMap(Value::flag)
                .ifPresent(allowed -> options.put(ALLOW_ROOT, Boolean.toString(allowed)));
        return options;
    }

    private Optional<String> sshConfig(Value value) {
        return value.text()
                .flatMap(text -> text.equals(NONE)
                        ? Optional.of(NONE)
                        : files.trusted(value).map(Path::toString));
    }

    /** Returns whether everything is there that a section says, so that it can be judged as a whole. */
    static boolean isWhole(Section section, Map<String, String> options) {
        return !section.isFlawed()
                && KEYS.stream()
                        .allMatch(key ->
                                options.containsKey(key) == section.value(key).isPresent());
    }

    /** Reports what would log in by SSH, for a target that is reached without. */
    static void refuse(Section section) {
        for (String key : KEYS) {
            section.value(key).ifPresent(value -> value.wrong("has no meaning for a target with a file: url"));
        }
    }

    /** Returns the name of a variable that is set. What is no name may be the passphrase itself and is not repeated. */
    private Optional<String> variable(Section section, Value value) {
        return value.pattern().filter(name -> {
            String set = System.getenv(name);
            if (!VARIABLE.matcher(name).matches()) {
                value.wrong("must be the name of an environment variable, without $, for example FRESHET_PASSPHRASE");
            } else if (section.value("passphrase-file").isPresent()) {
                value.wrong("is given beside passphrase-file; keep one of them");
            } else if (set == null || set.isEmpty()) {
                value.wrong("the environment variable " + name + " is not set here; set it where Freshet is started");
            } else {
                return true;
            }
            return false;
        });
    }
}
