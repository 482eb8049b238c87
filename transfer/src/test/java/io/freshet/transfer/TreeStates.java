package io.freshet.transfer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What is under a path of this machine, whole, as one line of text: type, mode and content. */
public final class TreeStates {
    public static final String ABSENT = "absent";

    private static final String FILE = "file ";
    private static final String DIRECTORY = "directory ";

    private TreeStates() {}

    static String file(int mode, String sha256) {
        return FILE + Integer.toOctalString(mode) + " " + sha256;
    }

    static String symlink(String text) {
        return "symlink to " + text;
    }

    static String directory(int mode) {
        return DIRECTORY + Integer.toOctalString(mode);
    }

    static boolean isFile(String state) {
        return state.startsWith(FILE);
    }

    static boolean isDirectory(String state) {
        return state.startsWith(DIRECTORY);
    }

    static String of(Path path) throws IOException {
        if (Files.isSymbolicLink(path)) {
            return symlink(Files.readSymbolicLink(path).toString());
        }
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return directory(LocalModes.of(path));
        }
        return file(LocalModes.of(path), TargetSessionContract.sha256(path));
    }

    /** Everything below a target root but its house, by path. */
    public static Map<String, String> below(Path root) throws IOException {
        Map<String, String> states = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                String name = root.relativize(path).toString();
                if (!name.isEmpty() && !name.equals(".freshet") && !name.startsWith(".freshet/")) {
                    states.put(name, of(path));
                }
            }
        }
        return states;
    }
}
