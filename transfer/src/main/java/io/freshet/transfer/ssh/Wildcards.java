package io.freshet.transfer.ssh;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The two kinds of patterns in {@code ssh_config} files: of host names, and of files. */
final class Wildcards {
    private Wildcards() {}

    /** Returns whether a host name matches a pattern with {@code *} and {@code ?}. */
    static boolean matches(String pattern, String host) {
        return Pattern.matches(regex(pattern, false), host);
    }

    /** Returns the files that match a path with {@code *}, {@code ?} and {@code [...]} in its names, in the order of names. */
    static List<Path> files(Path pattern) throws IOException {
        List<Path> found = List.of(Path.of("/"));
        for (Path name : pattern) {
            List<Path> next = new ArrayList<>();
            for (Path directory : found) {
                next.addAll(children(directory, name.toString()));
            }
            found = next;
        }
        return found;
    }

    private static List<Path> children(Path directory, String name) throws IOException {
        if (name.chars().noneMatch(c -> "*?[".indexOf(c) >= 0)) {
            Path child = directory.resolve(name);
            return Files.exists(child) ? List.of(child) : List.of();
        }
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            for (Path child : all) {
                String childName = child.getFileName().toString();
                boolean hidden = childName.startsWith(".") && !name.startsWith(".");
                if (!hidden && Pattern.matches(regex(name, true), childName)) {
                    children.add(child);
                }
            }
        }
        children.sort(null);
        return children;
    }

    private static String regex(String pattern, boolean withClasses) {
        StringBuilder regex = new StringBuilder("(?s)");
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            int end = withClasses && c == '[' ? pattern.indexOf(']', i + 2) : -1;
            if (end > 0) {
                String inside = pattern.substring(i + 1, end).replaceAll("([\\[\\]\\\\&^])", "\\\\$1");
                regex.append('[').append(inside.replaceFirst("^!", "^")).append(']');
                i = end;
            } else if (c == '*') {
                regex.append(".*");
            } else if (c == '?') {
                regex.append('.');
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return regex.toString();
    }
}
