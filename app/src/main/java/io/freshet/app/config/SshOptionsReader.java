package io.freshet.app.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the keys of a target that say how to log in by SSH; they become the connector's options under the same names. */
final class SshOptionsReader {
    static final List<String> KEYS =
            List.of("identity-file", "certificate-file", "passphrase-file", "passphrase-env", "known-hosts", "jump");

    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final FileChecks files;
    private final Function<String, @Nullable String> environment;

    SshOptionsReader(FileChecks files) {
        this.files = files;
        this.environment = System::getenv;
    }

    Map<String, String> read(Section section) {
        Map<String, String> options = new HashMap<>();
        section.required("identity-file", "the private key to log in with, for example /etc/freshet/id_ed25519")
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
        section.required("known-hosts", "the file with the host's key; ssh-keyscan HOST prints what to put there")
                .flatMap(files::trusted)
                .ifPresent(path -> options.put("known-hosts", path.toString()));
        section.value("jump").flatMap(Value::text).ifPresent(hosts -> options.put("jump", hosts));
        return options;
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
            String set = environment.apply(name);
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
