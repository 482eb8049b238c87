package io.freshet.app;

import static java.util.Objects.requireNonNull;

import io.freshet.app.config.ConfigurationReader;
import io.freshet.app.config.FreshetConfiguration;
import io.freshet.app.server.Foreground;
import io.freshet.app.server.Role;
import io.freshet.app.server.Server;
import io.freshet.cli.ConfigurationSearch;
import io.freshet.cli.ExitCode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a server in the foreground. */
@Command(
        name = "serve",
        description =
                "Run Freshet in the foreground. When it is ready it prints one line, 'Freshet is ready at URL', to"
                        + " standard output; everything else goes to standard error and to logs in the data directory. SIGTERM"
                        + " and Ctrl-C stop it cleanly, with exit status 0.")
final class ServeCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration file. Default: ./freshet.yml, else /etc/freshet/freshet.yml.")
    private @Nullable Path config;

    @Option(
            names = "--roles",
            paramLabel = "ROLE",
            split = ",",
            description = "What this process does: ${COMPLETION-CANDIDATES}. Default: all of it. Servers that share a"
                    + " database, each with a data-dir of its own, can share the roles.")
    private Set<Role> roles = EnumSet.allOf(Role.class);

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        FreshetConfiguration configuration = ConfigurationReader.read(ConfigurationSearch.toServe(config));
        serve(configuration, roles, requireNonNull(spec).commandLine().getOut());
        return ExitCode.OK.status();
    }

    private static void serve(FreshetConfiguration configuration, Set<Role> roles, PrintWriter out)
            throws InterruptedException {
        new Foreground().run(() -> Server.start(configuration, roles), server -> {
            out.println(server.url()
                    .map(url -> "Freshet is ready at " + url)
                    .orElse("Freshet is ready, without pages, in the roles " + roles));
            out.flush();
        });
    }
}
