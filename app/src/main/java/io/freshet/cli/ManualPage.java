package io.freshet.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The manual page, in the language of man(7), made of what {@code --help} tells of each command. */
final class ManualPage {
    private final StringBuilder page = new StringBuilder(20_000);
    private final Examples examples = new Examples();

    private ManualPage() {}

    static String of(CommandSpec program) {
        ManualPage made = new ManualPage();
        made.whole(program);
        return made.page.toString();
    }

    private void whole(CommandSpec program) {
        line(".TH FRESHET 1 \"\" \"Freshet\" \"Freshet\"");
        line(".SH NAME");
        text("freshet - keeps replicas of a directory tree fresh");
        line(".SH SYNOPSIS");
        line(".B freshet");
        line("\\fICOMMAND\\fR [\\fIOPTION\\fR]...");
        line(".SH DESCRIPTION");
        description(program);
        line(".SH COMMANDS");
        program.subcommands().values().forEach(this::command);
        line(".SH EXIT STATUS");
        statuses(program.usageMessage().exitCodeList());
        line(".SH FILES");
        line(".TP");
        line(".I ./freshet.yml, /etc/freshet/freshet.yml");
        text("The configuration, where no other is named.");
        line(".SH SEE ALSO");
        line(".BR rsync (1),");
        line(".BR ssh_config (5)");
    }

    private void command(CommandLine line) {
        CommandSpec command = line.getCommandSpec();
        line(".SS \"" + escaped(synopsis(line)) + "\"");
        description(command);
        command.positionalParameters().forEach(this::positional);
        command.options().stream()
                .filter(option -> !option.hidden() && !option.usageHelp())
                .forEach(this::option);
        Map<String, String> own = command.usageMessage().exitCodeList();
        if (command.parent() != null
                && !own.equals(command.parent().usageMessage().exitCodeList())) {
            line(".PP");
            text("Exit status:");
            statuses(own);
        }
        examples.of(command).ifPresent(example -> {
            line(".PP");
            text("Example:");
            line(".PP");
            line(".nf");
            line(".RS 4");
            text(example);
            line(".RE");
            line(".fi");
        });
        command.subcommands().values().forEach(this::command);
    }

    private static String synopsis(CommandLine line) {
        return line.getCommandSpec().qualifiedName() + " "
                + line.getHelp()
                        .synopsis(0)
                        .strip()
                        .replaceFirst("^" + line.getCommandSpec().qualifiedName() + " ?", "")
                        .replaceAll("\\s+", " ");
    }

    private void description(CommandSpec command) {
        for (String paragraph : command.usageMessage().description()) {
            text(paragraph);
        }
    }

    private void positional(PositionalParamSpec parameter) {
        argument("\\fI" + escaped(parameter.paramLabel()) + "\\fR", parameter);
    }

    private void option(OptionSpec option) {
        String names = "\\fB" + escaped(String.join(", ", option.names())) + "\\fR";
        argument(option.arity().max() > 0 ? names + " \\fI" + escaped(option.paramLabel()) + "\\fR" : names, option);
    }

    private void argument(String heading, ArgSpec argument) {
        String described = String.join(" ", argument.description());
        if (!described.isBlank()) {
            line(".TP");
            line(heading);
            text(described);
        }
    }

    private void statuses(@Nullable Map<String, String> statuses) {
        if (statuses != null) {
            statuses.forEach((status, meaning) -> {
                line(".TP");
                line(".B " + status);
                text(meaning);
            });
        }
    }

    private void text(String text) {
        String plain = escaped(text);
        line(plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain);
    }

    private void line(String line) {
        page.append(line).append('\n');
    }

    /** In ASCII, as whatever encoding the page is read in is not known. */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\\' -> escaped.append("\\e");
                case '-' -> escaped.append("\\-");
                case '"' -> escaped.append("\\(dq");
                default -> {
                    if (c < 128) {
                        escaped.appendCodePoint(c);
                    } else {
                        escaped.append(String.format("\\[u%04X]", c));
                    }
                }
            }
        });
        return escaped.toString();
    }
}
