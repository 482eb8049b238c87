package io.freshet.cli;

import io.freshet.failure.FreshetException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The program itself, which does nothing without one of its commands. */
@Command(
        name = "freshet",
        description =
                "Keeps replicas fresh: watches one directory tree, delivers every change to any number of targets,"
                        + " and tells when each has arrived.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "'freshet COMMAND --help' tells more. To begin with: freshet demo"})
public final class FreshetCommand {
    private FreshetCommand() {}

    /** Returns the command line with {@code local} commands, which do their work here, before those that ask a server. */
    public static CommandLine commandLine(Object... local) {
        CommandLine line = new CommandLine(new FreshetCommand());
        for (Object command : local) {
            line.addSubcommand(command);
        }
        for (Object command : asking()) {
            line.addSubcommand(command);
        }
        line.addSubcommand(new CompletionCommand());
        line.addSubcommand(new ManCommand());
        return configured(line);
    }

    private static List<Object> asking() {
        return List.of(
                new StatusCommand(),
                new CheckCommand(),
                new WhereCommand(),
                new WaitCommand(),
                new SendCommand(),
                new RunsCommand(),
                new RunCommand(),
                new ReportCommand(),
                new RunAction.Rerun(),
                new RunAction.Restart(),
                new RunAction.Stop(),
                new PauseCommand(),
                new ResumeCommand(),
                new BandwidthCommand(),
                new PolicyCommand(),
                new AccountCommand(),
                new TokenCommand(),
                new RescanCommand(),
                new VerifyCommand(),
                new HoldsCommand(),
                new CheckpointCommand());
    }

    private static CommandLine configured(CommandLine line) {
        Map<String, String> meanings = new LinkedHashMap<>();
        for (ExitCode code : ExitCode.values()) {
            meanings.put(Integer.toString(code.status()), code.meaning());
        }
        helpful(line, meanings, new Examples());
        // Answers are data for other programs, whatever the locale.
        line.setOut(writer(FileDescriptor.out));
        line.setErr(writer(FileDescriptor.err));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((failure, command, result) -> explain(failure, command));
        line.setParameterExceptionHandler((failure, arguments) -> explain(failure));
        asPlugin(Objects.requireNonNull(line.getSubcommands().get(CheckCommand.NAME)));
        return line;
    }

    /** Its exit statuses are those of the monitoring plugins. */
    private static void asPlugin(CommandLine check) {
        Map<String, String> meanings = new LinkedHashMap<>();
        for (FreshnessCheck.Level level : FreshnessCheck.Level.values()) {
            meanings.put(Integer.toString(level.status()), level.name());
        }
        check.getCommandSpec().usageMessage().exitCodeList(meanings);
    }

    private static void helpful(CommandLine line, Map<String, String> meanings, Examples examples) {
        if (line.getParent() != null) {
            examples.of(line.getCommandSpec())
                    .ifPresent(example -> line.getCommandSpec().usageMessage().footer("", "Example:", "  " + example));
        }
        line.getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit status:%n")
                .exitCodeList(meanings);
        for (CommandLine command : line.getSubcommands().values()) {
            command.getCommandSpec()
                    .addOption(OptionSpec.builder("-h", "--help")
                            .usageHelp(true)
                            .description("Show this help and exit.")
                            .build());
            helpful(command, meanings, examples);
        }
    }

    private static PrintWriter writer(FileDescriptor stream) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(stream), StandardCharsets.UTF_8), true);
    }

    private static int explain(Exception failure, CommandLine command) throws Exception {
        if (!(failure instanceof FreshetException told)) {
            throw failure;
        }
        tell(command, String.valueOf(told.getMessage()));
        return switch (told.code()) {
            case CONFIGURATION_INVALID -> ExitCode.USAGE.status();
            case CONNECTION_LOST -> ExitCode.UNREACHABLE.status();
            default -> ExitCode.FAILED.status();
        };
    }

    private static int explain(ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        if (command.getCommand() instanceof CheckCommand) {
            return CheckCommand.refuse(failure);
        }
        tell(command, String.valueOf(failure.getMessage()));
        CommandLine.UnmatchedArgumentException.printSuggestions(failure, command.getErr());
        tell(command, "Usage: " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE.status();
    }

    /** Every line of a message keeps its own line; nothing in it can do anything to a terminal. */
    private static void tell(CommandLine command, String message) {
        message.lines().map(VisibleText::of).forEach(command.getErr()::println);
        command.getErr().flush();
    }
}
