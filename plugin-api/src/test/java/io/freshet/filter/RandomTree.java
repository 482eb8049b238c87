package io.freshet.filter;

import io.freshet.path.RelativePath;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A small random tree of names that are awkward for patterns; every name's type is the same wherever it occurs. */
final class RandomTree {
    private static final String[] NAMES = {
        "a",
        "b",
        "ab",
        "abc",
        "foo",
        "bar",
        "foo.o",
        "a.o",
        "x.c",
        "A",
        "Z",
        "9",
        "-",
        "!",
        "^",
        "_",
        " ",
        "a b",
        "+ a",
        "- a",
        "#c",
        ";c",
        "*",
        "?",
        "[a]",
        "[",
        "]",
        "\\",
        "a\\b",
        "\\*",
        "**",
        "a*",
        "\n",
        "a\nb",
        "~",
        "\u00e9",
        "\u20ac",
        "\u00e4",
        "...",
        ".a",
        "..a",
        ".freshet2",
        "b.freshet",
        "foobar",
        "barfoo",
        "fo",
        "aaa"
    };

    enum Type {
        DIRECTORY,
        FILE,
        LINK
    }

    private final TreeMap<RelativePath, Type> types = new TreeMap<>();

    RandomTree(Random random, int size) {
        List<RelativePath> directories = new ArrayList<>(List.of(RelativePath.ROOT));
        for (int tries = 0; types.size() < size && tries < 20 * size; tries++) {
            RelativePath parent = directories.get(random.nextInt(directories.size()));
            if (parent.depth() >= 5) {
                continue;
            }
            RelativePath path = parent.child(name(random));
            // Few links, because each takes a process to make.
            int kind = random.nextInt(25);
            Type type = kind < 12 ? Type.DIRECTORY : kind < 24 ? Type.FILE : Type.LINK;
            if (types.putIfAbsent(path, type) == null && type == Type.DIRECTORY) {
                directories.add(path);
            }
        }
    }

    private RandomTree() {}

    /** Returns a tree with some of this one's paths, and the directories above them. */
    RandomTree part(Random random, int percent) {
        RandomTree part = new RandomTree();
        types.forEach((path, type) -> {
            boolean parentIsThere = path.parent().isRoot() || part.types.containsKey(path.parent());
            if (parentIsThere && random.nextInt(100) < percent) {
                part.types.put(path, type);
            }
        });
        return part;
    }

    private static byte[] name(Random random) {
        if (random.nextInt(12) == 0) {
            byte[] bytes = new byte[1 + random.nextInt(3)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (128 + random.nextInt(128));
            }
            return bytes;
        }
        // The first names come most often, so that they meet in paths and in patterns.
        int bound = random.nextBoolean() ? 8 : NAMES.length;
        return NAMES[random.nextInt(bound)].getBytes(StandardCharsets.UTF_8);
    }

    Set<RelativePath> paths() {
        return types.keySet();
    }

    boolean contains(RelativePath path) {
        return types.containsKey(path);
    }

    boolean isDirectory(RelativePath path) {
        return types.get(path) == Type.DIRECTORY;
    }

    Set<RelativePath> of(Type type) {
        Set<RelativePath> paths = new TreeSet<>();
        types.forEach((path, itsType) -> {
            if (itsType == type) {
                paths.add(path);
            }
        });
        return paths;
    }
}
