package io.freshet.transfer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Compares a source with a replica: names, types, permissions, content, link targets, times to the second. */
public final class Trees {
    private Trees() {}

    /** Returns one line per difference. */
    public static List<String> differences(Path source, Path replica) {
        Map<String, String> ours = describe(source);
        Map<String, String> theirs = describe(replica);
        List<String> differences = new ArrayList<>();
        ours.forEach((path, state) -> {
            if (!state.equals(theirs.get(path))) {
                differences.add(path + ": " + state + " / " + theirs.get(path));
            }
        });
        theirs.keySet().stream()
                .filter(path -> !ours.containsKey(path))
                .forEach(path -> differences.add(path + ": only on the replica"));
        return differences;
    }

    private static Map<String, String> describe(Path root) {
        Map<String, String> states = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                String name = root.relativize(path).toString();
                if (!name.equals(".freshet") && !name.startsWith(".freshet/")) {
                    states.put(name, state(path));
                }
            }
        } catch (UncheckedIOException | NoSuchFileException e) {
            states.put("", "changed while it was read");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return states;
    }

    private static String state(Path path) throws IOException {
        if (Files.isSymbolicLink(path)) {
            return "link to " + Files.readSymbolicLink(path);
        }
        Map<String, Object> unix = Files.readAttributes(path, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
        long seconds = Files.getLastModifiedTime(path).toMillis() / 1000;
        String content = Files.isRegularFile(path) ? " " + Arrays.hashCode(Files.readAllBytes(path)) : "";
        return unix + " " + seconds + content;
    }
}
