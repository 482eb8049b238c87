package io.freshet.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a configuration file is looked for when none is named. */
public final class ConfigurationSearch {
    private static final Path HERE = Path.of("freshet.yml");
    private static final Path OF_SYSTEM = Path.of("/etc/freshet/freshet.yml");

    private ConfigurationSearch() {}

    /** Returns the file that a server is to be started with. */
    public static Path toServe(@Nullable Path named) {
        return first(named, List.of(HERE, OF_SYSTEM));
    }

    /** Returns the file of the server that a command is for; the demo's comes last. */
    public static Path toAsk(@Nullable Path named) {
        return first(named, List.of(HERE, OF_SYSTEM, demoDirectory().resolve(HERE)));
    }

    /** Returns where the demo lives unless it is told otherwise: see the XDG base directory specification. */
    public static Path demoDirectory() {
        String data = System.getenv("XDG_DATA_HOME");
        Path home = Path.of(System.getProperty("user.home"));
        Path base = data == null || data.isEmpty() || !Path.of(data).isAbsolute()
                ? home.resolve(".local/share")
                : Path.of(data);
        return base.resolve("freshet").resolve("demo");
    }

    private static Path first(@Nullable Path named, List<Path> places) {
        if (named != null) {
            return named;
        }
        for (Path place : places) {
            if (Files.exists(place)) {
                return place;
            }
        }
        throw new UsageException("there is no configuration file: neither "
                + String.join(", nor ", places.stream().map(Path::toString).toList())
                + "; name one with --config FILE, or begin with 'freshet demo'");
    }
}
