package io.freshet.cli;

import static java.util.Objects.requireNonNull;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the manual page. */
@Command(
        name = "man",
        description =
                "Print the manual page, freshet(1), for man: 'freshet man | man -l -' shows it, and 'freshet man | gzip"
                        + " > /usr/local/share/man/man1/freshet.1.gz' installs it.")
final class ManCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        out.print(ManualPage.of(requireNonNull(spec).root()));
        out.flush();
        return ExitCode.OK.status();
    }
}
