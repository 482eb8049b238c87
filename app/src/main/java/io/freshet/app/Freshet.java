package io.freshet.app;

import io.freshet.app.demo.DemoCommand;
import io.freshet.app.lsyncd.ImportLsyncdCommand;
import io.freshet.cli.FreshetCommand;
import picocli.CommandLine;

/** The program's entry point. */
public final class Freshet {
    private Freshet() {}

    /** Carries out one command and exits with its status, one of {@link io.freshet.cli.ExitCode}. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** Returns the whole command line. */
    static CommandLine commandLine() {
        return FreshetCommand.commandLine(
                new ServeCommand(), new DemoCommand(), new CheckConfigCommand(), new ImportLsyncdCommand());
    }
}
