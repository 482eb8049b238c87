package io.freshet.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.path.RelativePath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** The rsync of this machine, asked with {@code --dry-run} what it would do. Used by one thread. */
final class RealRsync {
    private static final Path PROGRAM = Path.of("/usr/bin/rsync");

    private final Path scratch;

    RealRsync(Path scratch) {
        this.scratch = scratch;
    }

    static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    /** Returns the paths that a first copy of {@code source} with these options would bring. */
    Set<RelativePath> transfers(Path source, Path emptyTarget, List<String> options) throws Exception {
        return names(run(source, emptyTarget, options), false);
    }

    /** Returns the paths that {@code --delete} would remove from {@code target}. */
    Set<RelativePath> deletes(Path source, Path target, List<String> options) throws Exception {
        List<String> all = new ArrayList<>(options);
        all.add("--delete");
        return names(run(source, target, all), true);
    }

    private byte[] run(Path source, Path target, List<String> options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                PROGRAM.toString(), "--dry-run", "--recursive", "--links", "--8-bit-output", "--out-format=%i|%n"));
        command.addAll(options);
        command.add(source + "/");
        command.add(target + "/");
        Path output = scratch.resolve("rsync.out");
        Path errors = scratch.resolve("rsync.err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
        // A directory that keeps protected files is not deleted, which rsync mentions on standard output.
        assertThat(process.exitValue())
                .as("exit value of %s: %s", command, Files.readString(errors, StandardCharsets.ISO_8859_1))
                .isZero();
        return Files.readAllBytes(output);
    }

    private static Set<RelativePath> names(byte[] output, boolean deletions) {
        Set<RelativePath> names = new TreeSet<>();
        for (String line : (Iterable<String>) new String(output, StandardCharsets.ISO_8859_1).lines()::iterator) {
            int bar = line.indexOf('|');
            if (bar < 0 || line.startsWith("*deleting") != deletions) {
                continue;
            }
            byte[] name = unescape(line.substring(bar + 1));
            int length = name[name.length - 1] == '/' ? name.length - 1 : name.length;
            byte[] path = Arrays.copyOf(name, length);
            if (length != 1 || path[0] != '.') {
                names.add(RelativePath.of(path));
            }
        }
        return names;
    }

    /** Undoes rsync's {@code \#ooo} for control characters. */
    private static byte[] unescape(String name) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < name.length(); i++) {
            if (name.startsWith("\\#", i) && i + 5 <= name.length()) {
                bytes.write(Integer.parseInt(name.substring(i + 2, i + 5), 8));
                i += 4;
            } else {
                bytes.write(name.charAt(i));
            }
        }
        return bytes.toByteArray();
    }

    /** Makes the paths below {@code root}, byte for byte, which Java's own names could not do in every locale. */
    static void makeTree(Path root, Set<RelativePath> directories, Set<RelativePath> files, Set<RelativePath> links)
            throws Exception {
        Files.createDirectories(root);
        feed(root, directories, "mkdir", "-p", "--");
        feed(root, files, "touch", "--");
        for (RelativePath link : links) {
            feed(root, Set.of(link), "ln", "-s", "--", ".");
        }
    }

    private static void feed(Path root, Set<RelativePath> paths, String... command) throws Exception {
        if (paths.isEmpty()) {
            return;
        }
        List<String> whole = new ArrayList<>(List.of("xargs", "-0"));
        whole.addAll(List.of(command));
        Path input = Files.createTempFile(root.getParent(), "names", "");
        Files.write(input, joined(paths));
        Process process = new ProcessBuilder(whole)
                .directory(root.toFile())
                .redirectInput(input.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(process.waitFor()).as("%s: %s", whole, output).isZero();
        Files.delete(input);
    }

    private static byte[] joined(Set<RelativePath> paths) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (RelativePath path : paths) {
            bytes.writeBytes(new byte[] {'.', '/'});
            bytes.write(path.bytes());
            bytes.write(0);
        }
        return bytes.toByteArray();
    }
}
