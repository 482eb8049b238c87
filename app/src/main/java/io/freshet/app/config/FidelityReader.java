package io.freshet.app.config;

import io.freshet.target.Fidelity;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the keys of a target that say what it is to keep beyond the usual; they become the connector's options as they are. */
final class FidelityReader {
    static final List<String> KEYS = List.of(Fidelity.XATTRS, Fidelity.ACLS, Fidelity.SPARSE, Fidelity.DEVICES);

    /** What people may write who know rsync, and what to write instead. */
    static final Map<String, String> INSTEAD = Map.of(
            "hard-links", "hard links are always kept",
            "links", "symlinks are always kept",
            "perms", "modes are always kept",
            "times", "modification times are always kept",
            "specials", "write devices; it stands for FIFOs, too");

    private FidelityReader() {}

    static Map<String, String> read(Section section) {
        Map<String, String> options = new HashMap<>();
        for (String key : KEYS) {
            section.value(key)
                    .flatMap(Value::flag)
                    .filter(on -> on)
                    .ifPresent(on -> options.put(key, Boolean.toString(on)));
        }
        return options;
    }
}
