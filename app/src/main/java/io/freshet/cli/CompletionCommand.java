package io.freshet.cli;

import static java.util.Objects.requireNonNull;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what a shell needs in order to complete commands and options. */
@Command(
        name = "completion",
        description = "Print the completion of commands and options for a shell. For bash put it into"
                + " /usr/share/bash-completion/completions/freshet, or read it in ~/.bashrc by"
                + " 'source <(freshet completion bash)'; for zsh read it in ~/.zshrc, after compinit, by"
                + " 'source <(freshet completion zsh)'.")
final class CompletionCommand implements Callable<Integer> {
    /** Shells that the script is for; it finds out itself which of them reads it. */
    enum Shell {
        BASH,
        ZSH
    }

    @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
    private @Nullable Shell shell;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        CommandSpec root = requireNonNull(spec).root();
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        out.println(
                "# Completion of freshet, for " + requireNonNull(shell).name().toLowerCase(Locale.ROOT));
        out.print(AutoComplete.bash(root.name(), root.commandLine()));
        out.flush();
        return ExitCode.OK.status();
    }
}
