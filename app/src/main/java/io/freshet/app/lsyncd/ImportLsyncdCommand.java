package io.freshet.app.lsyncd;

import static java.util.Objects.requireNonNull;

import io.freshet.cli.ExitCode;
import io.freshet.cli.VisibleText;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a configuration of Freshet of one of lsyncd. */
@Command(
        name = "import-lsyncd",
        description =
                "Print a freshet.yml for a configuration of lsyncd. It is run as the Lua program that it is, and reaches"
                        + " nothing of this machine meanwhile. What has no counterpart is told in comments beside it and on"
                        + " standard error. Exit status 0 if there was nothing of that, 1 if there was, 2 if the configuration"
                        + " is wrong or does not end.")
public final class ImportLsyncdCommand implements Callable<Integer> {
    private static final int LONGEST = 1 << 20;

    @Parameters(paramLabel = "FILE", description = "The configuration, usually /etc/lsyncd/lsyncd.conf.lua.")
    private Path file = Path.of("");

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write it there instead of to standard output. A file that is there already is left alone.")
    private @Nullable Path output;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        String name = VisibleText.of(file.toString());
        LsyncdConfiguration configuration = LuaProgram.read(content(), name, Limits.USUAL);
        if (configuration.syncs().isEmpty()) {
            throw new ImportException(name + ": it calls no sync{…}, so there is nothing to replicate");
        }
        Translation translation = Translation.of(configuration);
        write(ConfigurationText.of(translation, name));
        PrintWriter err = requireNonNull(spec).commandLine().getErr();
        List<String> warnings = translation.warnings(name);
        warnings.forEach(warning -> err.println(VisibleText.of(warning)));
        err.flush();
        return (warnings.isEmpty() ? ExitCode.OK : ExitCode.FAILED).status();
    }

    private byte[] content() {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(LONGEST + 1);
            if (content.length > LONGEST) {
                throw new ImportException(file + ": longer than " + (LONGEST >> 20) + " MiB; this is no configuration");
            }
            return content;
        } catch (IOException failure) {
            throw new ImportException(file + ": cannot be read: " + failure);
        }
    }

    private void write(String text) {
        if (output == null) {
            PrintWriter out = requireNonNull(spec).commandLine().getOut();
            out.print(text);
            out.flush();
            return;
        }
        try {
            Files.write(output, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException there) {
            throw new ImportException(output + ": is there already; name another file or move it away");
        } catch (IOException failure) {
            throw new ImportException(output + ": cannot be written: " + failure);
        }
    }
}
