package io.freshet.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;

class HelpTest {
    static Stream<String> commands() {
        List<String> names = new ArrayList<>();
        collect(Freshet.commandLine(), names);
        return names.stream();
    }

    private static void collect(CommandLine line, List<String> names) {
        names.add(line.getCommandSpec().qualifiedName());
        line.getSubcommands().values().forEach(below -> collect(below, names));
    }

    private static CommandLine command(String qualifiedName) {
        CommandLine line = Freshet.commandLine();
        for (String name : qualifiedName.replaceFirst("^freshet ?", "").split(" ", -1)) {
            line = name.isEmpty() ? line : line.getSubcommands().get(name);
        }
        return line;
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandIsDescribedWithAnExampleThatWorksAndItsExitStatuses(String name) {
        CommandLine line = command(name);
        String help = line.getUsageMessage(CommandLine.Help.Ansi.OFF);

        assertThat(line.getCommandSpec().usageMessage().description()).isNotEmpty();
        assertThat(line.getCommandSpec().usageMessage().exitCodeList()).containsKeys("0", "1", "2");
        assertThat(help).contains("Exit status:");
        for (ArgSpec argument : line.getCommandSpec().args()) {
            assertThat(argument.description()).as(argument.toString()).isNotEmpty();
        }
        MatchResult example = Pattern.compile("(?m)(?:^  |To begin with: )(freshet( .+)?)$")
                .matcher(help)
                .results()
                .reduce((earlier, later) -> later)
                .orElseThrow(() -> new AssertionError("no example in:\n" + help));
        assertThat(example.group(1)).startsWith(name);
        List<String> words = Pattern.compile("\"([^\"]*)\"|(\\S+)")
                .matcher(example.group(1))
                .results()
                .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
                .toList();
        assertThat(Freshet.commandLine()
                        .parseArgs(words.subList(1, words.size()).toArray(String[]::new)))
                .isNotNull();
    }

    @Test
    void theManualPageHasEveryCommand() {
        String page = printed("man");

        assertThat(page).startsWith(".TH FRESHET 1").isASCII();
        commands()
                .filter(name -> !name.equals("freshet"))
                .forEach(name -> assertThat(page).contains(".SS \"" + name.replace("-", "\\-")));
        // Nothing that begins a line may be taken for a request to the formatter, unless it is one.
        assertThat(page.lines().filter(line -> line.startsWith(".") || line.startsWith("'")))
                .allMatch(line -> line.matches("\\.(TH|SH|SS|TP|PP|B|BR|I|nf|fi|RS|RE)( .*)?"));
    }

    @Test
    void bashTakesTheCompletionAndCompletesCommandsAndOptions(@TempDir Path directory)
            throws IOException, InterruptedException {
        Path script = Files.writeString(directory.resolve("completion"), printed("completion", "bash"));
        assertThat(printed("completion", "ZSH")).contains("bashcompinit");

        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        "source " + script
                                + "; COMP_WORDS=(freshet che); COMP_CWORD=1; _complete_freshet; echo \"${COMPREPLY[*]}\";"
                                + " COMP_WORDS=(freshet wait --ti); COMP_CWORD=2; _complete_freshet; echo \"${COMPREPLY[*]}\"")
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).isZero();
        assertThat(said).contains("check-config", "checkpoint", "--timeout");
    }

    private static String printed(String... arguments) {
        StringWriter out = new StringWriter();
        assertThat(Freshet.commandLine().setOut(new PrintWriter(out)).execute(arguments))
                .isZero();
        return out.toString();
    }
}
