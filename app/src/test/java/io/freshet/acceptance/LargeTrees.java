package io.freshet.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Makes, compares and removes trees of a million files, directory by directory, on all processors and in little memory. */
final class LargeTrees {
    private static final String OWN = ".freshet";
    private static final int MOST_TOLD = 20;

    private LargeTrees() {}

    /** Makes files of nothing, but for every tenth, which holds its name. */
    static void make(Path root, int directories, int filesEach) {
        IntStream.range(0, directories).parallel().forEach(directory -> {
            try {
                Path at = Files.createDirectories(root.resolve("d" + directory / 100 + "/e" + directory % 100));
                for (int file = 0; file < filesEach; file++) {
                    Path path = at.resolve("f" + file);
                    if (file % 10 == 0) {
                        Files.writeString(path, path.toString());
                    } else {
                        Files.createFile(path);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Removes everything, as {@code rm -rf} does. */
    static void remove(Path root) throws IOException, InterruptedException {
        Process remove =
                new ProcessBuilder("rm", "-rf", root.toString()).inheritIO().start();
        if (remove.waitFor() != 0) {
            throw new IOException("rm -rf " + root + " failed");
        }
    }

    /** Returns the first differences: names, types, modes, owners, sizes, times to the microsecond, content. */
    static List<String> differences(Path source, Path replica) throws IOException {
        List<String> differences = new ArrayList<>();
        List<Path> level = List.of(Path.of(""));
        while (!level.isEmpty()) {
            List<Compared> compared = level.parallelStream()
                    .map(directory -> compare(source, replica, directory))
                    .toList();
            compared.forEach(one -> differences.addAll(one.differences));
            if (differences.size() > MOST_TOLD) {
                return differences.subList(0, MOST_TOLD);
            }
            level = compared.stream().flatMap(one -> one.below.stream()).toList();
        }
        return differences;
    }

    private record Compared(List<String> differences, List<Path> below) {}

    private static Compared compare(Path source, Path replica, Path directory) {
        Compared compared = new Compared(new ArrayList<>(), new ArrayList<>());
        try {
            Set<String> ours = names(source.resolve(directory));
            Set<String> theirs = names(replica.resolve(directory));
            for (String name : ours) {
                Path path = directory.resolve(name);
                if (!theirs.remove(name)) {
                    compared.differences.add(path + " is missing");
                    continue;
                }
                String left = state(source.resolve(path));
                String right = state(replica.resolve(path));
                if (!left.equals(right)) {
                    compared.differences.add(path + ": " + left + " / " + right);
                } else if (Files.isDirectory(source.resolve(path), LinkOption.NOFOLLOW_LINKS)) {
                    compared.below.add(path);
                } else if (Files.size(source.resolve(path)) > 0
                        && Files.mismatch(source.resolve(path), replica.resolve(path)) >= 0) {
                    compared.differences.add(path + ": the content differs");
                }
            }
            theirs.forEach(name -> compared.differences.add(directory.resolve(name) + " is extra"));
        } catch (IOException e) {
            compared.differences.add(directory + ": " + e);
        }
        return compared;
    }

    private static Set<String> names(Path directory) throws IOException {
        Set<String> names = new TreeSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
        }
        names.remove(OWN);
        return names;
    }

    private static String state(Path path) throws IOException {
        Map<String, Object> state =
                Files.readAttributes(path, "unix:mode,uid,gid,size,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
        boolean isDirectory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
        return state.get("mode") + " " + state.get("uid") + ":" + state.get("gid") + " "
                + (isDirectory ? "" : state.get("size")) + " " + state.get("lastModifiedTime");
    }
}
