package io.freshet.app;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.util.Objects.requireNonNull;

import io.freshet.app.config.ConfigurationReader;
import io.freshet.app.config.FreshetConfiguration;
import io.freshet.cli.ConfigurationSearch;
import io.freshet.cli.ExitCode;
import io.freshet.cli.VisibleText;
import io.freshet.path.RelativePath;
import io.freshet.path.TextForm;
import io.freshet.run.SourceDefinition;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads a configuration file as {@code serve} does, and starts nothing. */
@Command(
        name = "check-config",
        description = "Check a configuration file and everything it names. Every mistake is told with its line, column"
                + " and a way out; exit status 2 if there is one.")
final class CheckConfigCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "FILE", description = "The file. Default: as for serve.")
    private @Nullable Path file;

    @Option(names = "--config", paramLabel = "FILE", description = "The same.")
    private @Nullable Path config;

    @Option(
            names = "--explain",
            paramLabel = "PATH",
            description =
                    "Tell which rule decides whether this path is replicated, and whether its copy may be deleted."
                            + " Below a source's root, absolute or relative; with a / at its end it is a directory.")
    private @Nullable String explain;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        FreshetConfiguration configuration =
                ConfigurationReader.read(ConfigurationSearch.toServe(file == null ? config : file));
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        int targets = configuration.sources().stream()
                .mapToInt(source -> source.targets().size())
                .sum();
        out.println(VisibleText.of(configuration.file() + ": right; "
                + configuration.sources().size() + " source(s), " + targets + " target(s), "
                + configuration.policies().size() + " policy(ies) of its own"));
        configuration.remarks().forEach(remark -> out.println(VisibleText.of("remark: " + remark)));
        if (explain != null) {
            configuration.sources().forEach(source -> explain(source, requireNonNull(explain), out));
        }
        out.flush();
        return ExitCode.OK.status();
    }

    private static void explain(SourceDefinition source, String asked, PrintWriter out) {
        Path path = Path.of(asked);
        if (path.isAbsolute() && !path.startsWith(source.path())) {
            return;
        }
        Path below = path.isAbsolute() ? source.path().relativize(path) : path.normalize();
        RelativePath relative =
                RelativePath.parse(TextForm.encode(below.toString().getBytes(StandardCharsets.UTF_8)));
        boolean directory =
                asked.endsWith("/") || Files.isDirectory(source.path().resolve(below), NOFOLLOW_LINKS);
        out.println(VisibleText.of(source.name() + ": " + source.filter().explain(relative, directory)));
    }
}
