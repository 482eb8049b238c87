package io.freshet.architecture;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The modules, by the packages they hold, and what each may use: the table of the design, section 2. */
enum Part {
    PLUGIN_API("failure, file, filter, path, target"),
    POSIX("posix"),
    DB_MIGRATIONS("database"),
    JOURNAL("journal"),
    WATCHER("watch"),
    TRANSFER("transfer"),
    BATCH_JOBS("run, policy, schedule"),
    WEB_UI("web"),
    APP("app, cli");

    private final String packages;

    Part(String packages) {
        this.packages = packages;
    }

    boolean mayUse(Part other) {
        return this == other || used().contains(other);
    }

    private Set<Part> used() {
        return switch (this) {
            case PLUGIN_API, DB_MIGRATIONS -> Set.of();
            case POSIX -> Set.of(PLUGIN_API);
            case JOURNAL -> Set.of(PLUGIN_API, DB_MIGRATIONS);
            case WATCHER -> Set.of(PLUGIN_API, POSIX, JOURNAL);
            case TRANSFER -> Set.of(PLUGIN_API, POSIX);
            case BATCH_JOBS -> Set.of(PLUGIN_API, POSIX, JOURNAL, TRANSFER);
            case WEB_UI -> Set.of(PLUGIN_API, JOURNAL, BATCH_JOBS);
            case APP -> Set.of(values());
        };
    }

    private List<String> names() {
        return List.of(packages.split(", ", -1));
    }

    /** Returns the packages in ArchUnit's notation, below a root package. */
    String[] packages(String root) {
        return names().stream().map(name -> root + "." + name + "..").toArray(String[]::new);
    }

    /** Returns the part that a package belongs to, below a root package. */
    static Optional<Part> of(String packageName, String root) {
        if (!packageName.startsWith(root + ".")) {
            return Optional.empty();
        }
        String first = packageName.substring(root.length() + 1).split("\\.", 2)[0];
        return Arrays.stream(values())
                .filter(part -> part.names().contains(first))
                .findFirst();
    }
}
