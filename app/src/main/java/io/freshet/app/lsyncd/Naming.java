package io.freshet.app.lsyncd;

import java.util.HashSet;
import java.util.Set;

/** Gives sources, targets or policies names that are none of theirs twice. */
final class Naming {
    private static final int LONGEST = 50;

    private final Set<String> given = new HashSet<>();

    /** Returns a name made of the first text that is not taken, else of the last with a number. */
    String of(String... candidates) {
        String name = "";
        for (String candidate : candidates) {
            name = allowed(candidate);
            if (given.add(name)) {
                return name;
            }
        }
        int number = 2;
        while (!given.add(name + "-" + number)) {
            number++;
        }
        return name + "-" + number;
    }

    private static String allowed(String text) {
        String plain = text.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[^A-Za-z0-9]+|-+$", "");
        String name = plain.length() > LONGEST ? plain.substring(0, LONGEST) : plain;
        return name.isEmpty() ? "root" : name;
    }

    /** Returns the last name of a path. */
    static String last(String path) {
        String trimmed = path.replaceAll("/+$", "");
        return trimmed.substring(trimmed.lastIndexOf('/') + 1);
    }
}
