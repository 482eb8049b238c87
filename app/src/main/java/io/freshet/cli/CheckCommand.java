package io.freshet.cli;

import static java.util.Objects.requireNonNull;

import io.freshet.failure.FreshetException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Answers as plugins of Nagios, Icinga and their like do: one line and an exit status of its own, whatever happens. */
@Command(
        name = CheckCommand.NAME,
        description = {
            "Tell a monitoring system whether the targets are fresh enough: one line with performance data, as Nagios and"
                    + " Icinga expect it.",
            "CRITICAL: the oldest change that has not arrived is older than --max-lag, whatever the reason (paused, held,"
                    + " failing, outside of its window); a hold, or a failure of the target as a whole, lasts longer than that;"
                    + " or more paths fail than --max-failed. WARNING: older than --warn-lag. UNKNOWN: the server does not"
                    + " answer, or the source is not observed. OK is only said of what was observed within --max-lag."
        })
final class CheckCommand implements Callable<Integer> {
    static final String NAME = "check";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration file of the server to ask. Default: ./freshet.yml, else"
                    + " /etc/freshet/freshet.yml, else the demo's.")
    private @Nullable Path config;

    @Option(
            names = "--max-lag",
            required = true,
            paramLabel = "TIME",
            converter = WaitCommand.Patience.class,
            description = "CRITICAL above: 90s, 15m, 2h.")
    private Duration maxLag = Duration.ZERO;

    @Option(
            names = "--warn-lag",
            paramLabel = "TIME",
            converter = WaitCommand.Patience.class,
            description = "WARNING above.")
    private @Nullable Duration warnLag;

    @Option(names = "--max-failed", paramLabel = "N", description = "CRITICAL if more paths than these fail.")
    private @Nullable Long maxFailed;

    @Option(names = "--target", paramLabel = "TARGET", description = "Only this one.")
    private @Nullable String target;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        FreshnessCheck check = new FreshnessCheck(maxLag, warnLag, maxFailed, target);
        try {
            return tell(out, check.of(ServerConnection.to(config).get("/status", Map.of())));
        } catch (FreshetException | IllegalArgumentException | DateTimeException failure) {
            return tell(out, FreshnessCheck.Answer.unknown(String.valueOf(failure.getMessage())));
        }
    }

    private static int tell(PrintWriter out, FreshnessCheck.Answer answer) {
        out.println(answer.line());
        out.flush();
        return answer.level().status();
    }

    /** A wrong call is no finding about the targets: exit status 2 would be. */
    static int refuse(ParameterException failure) {
        CommandLine line = failure.getCommandLine();
        return tell(
                line.getOut(),
                FreshnessCheck.Answer.unknown(
                        failure.getMessage() + "; see " + line.getCommandSpec().qualifiedName() + " --help"));
    }
}
