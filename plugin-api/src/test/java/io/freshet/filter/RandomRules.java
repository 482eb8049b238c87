package io.freshet.filter;

import io.freshet.path.RelativePath;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Random patterns and rules, most of them cut from the paths of a tree so that they match something. */
final class RandomRules {
    private static final String[] PIECES = {
        "*",
        "*",
        "*",
        "**",
        "**",
        "***",
        "?",
        "?",
        "/",
        "/",
        "/",
        "a",
        "b",
        "foo",
        "bar",
        ".o",
        "o",
        "[ab]",
        "[a-z]",
        "[!a]",
        "[^a-c]",
        "[]]",
        "[!]a]",
        "[a-]",
        "[-a]",
        "[[:alpha:]]",
        "[[:upper:][:digit:]]",
        "[![:space:]]",
        "[[:punct:]]",
        "[[:xdigit:]_]",
        "[\\]a]",
        "[\\\\]",
        "[a\\-z]",
        "[Z-\\a]",
        "[[a]",
        "[[:]",
        "[z-a]",
        "[+--]",
        "[a/]",
        "[/]",
        "[**]",
        "[*]",
        "\\*",
        "\\?",
        "\\[",
        "\\\\",
        "\\a",
        "\\/",
        "\\",
        "-",
        "!",
        "]",
        " ",
        "_",
        "^",
        "[",
        "[a",
        "[:alpha:]",
        "\u00e9",
        "\u20ac"
    };

    private static final String[] PREFIXES = {
        "- ",
        "- ",
        "- ",
        "+ ",
        "+ ",
        "H ",
        "S ",
        "P ",
        "P ",
        "R ",
        "-_",
        "+_",
        "-, ",
        "+, ",
        "exclude ",
        "include ",
        "hide ",
        "show ",
        "protect ",
        "risk ",
        "exclude_",
        "-s ",
        "-r ",
        "+s ",
        "+r ",
        "-p ",
        "-sp ",
        "-rp ",
        "+p ",
        "-sr ",
        "-! ",
        "+! ",
        "-!s ",
        "-r! ",
        "-,s ",
        "exclude,p ",
        "include,! ",
        "protect,p ",
        "P,p ",
        "Pp ",
        "Hp ",
        "H! ",
        "R! ",
        "-,!p_"
    };

    private final Random random;
    private final List<RelativePath> paths;

    RandomRules(Random random, RandomTree tree) {
        this.random = random;
        this.paths = List.copyOf(tree.paths());
    }

    /** Returns a pattern, not empty and without line ends. */
    byte[] pattern() {
        byte[] pattern = random.nextInt(4) == 0 ? fromPieces() : fromPath();
        if (random.nextInt(4) == 0) {
            String[] starts = {"/", "/", "/", "**/", "***/", "**", "/**/", "*/"};
            pattern = concat(utf8(starts[random.nextInt(starts.length)]), pattern);
        }
        if (random.nextInt(5) == 0) {
            String[] ends = {"/", "/", "/**", "/***", "***", "/*", "*"};
            pattern = concat(pattern, utf8(ends[random.nextInt(ends.length)]));
        }
        for (int i = 0; i < pattern.length; i++) {
            if (pattern[i] == '\n' || pattern[i] == '\r') {
                pattern[i] = '?';
            }
        }
        return pattern.length == 0 ? utf8("*") : pattern;
    }

    /** Returns a line for a file of rules with kinds and modifiers. */
    byte[] rule() {
        return concat(utf8(PREFIXES[random.nextInt(PREFIXES.length)]), pattern());
    }

    private byte[] fromPieces() {
        ByteArrayOutputStream pattern = new ByteArrayOutputStream();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            pattern.writeBytes(piece());
        }
        return pattern.toByteArray();
    }

    private byte[] fromPath() {
        byte[] path = paths.get(random.nextInt(paths.size())).bytes();
        int from = 0;
        if (random.nextBoolean()) {
            int slash = random.nextInt(path.length);
            while (slash > 0 && path[slash - 1] != '/') {
                slash--;
            }
            from = slash;
        }
        ByteArrayOutputStream pattern = new ByteArrayOutputStream();
        int change = random.nextInt(4) == 0 ? 0 : 25;
        for (int i = from; i < path.length; i++) {
            if (random.nextInt(100) >= change) {
                pattern.write(path[i]);
            } else if (random.nextInt(3) > 0) {
                pattern.writeBytes(utf8("*"));
                i += random.nextInt(4);
            } else {
                pattern.writeBytes(piece());
                i += random.nextInt(2);
            }
        }
        return pattern.toByteArray();
    }

    private byte[] piece() {
        return utf8(PIECES[random.nextInt(PIECES.length)]);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
