package io.freshet.app.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the word that somebody probably meant. */
final class Spelling {
    private Spelling() {}

    /** Returns the candidate nearest to {@code word}, if one is near enough to be what was meant. */
    static Optional<String> nearest(String word, Collection<String> candidates) {
        String normal = normal(word);
        return candidates.stream()
                .filter(candidate -> distance(normal, normal(candidate)) <= Math.max(1, candidate.length() / 3))
                .min(Comparator.<String>comparingInt(candidate -> distance(normal, normal(candidate)))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Case and the way of joining words are not what people get wrong on purpose. */
    private static String normal(String word) {
        StringBuilder normal = new StringBuilder();
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (Character.isUpperCase(c) && !normal.isEmpty()) {
                normal.append('-');
            }
            normal.append(c == '_' || c == '.' || c == ' ' ? '-' : Character.toLowerCase(c));
        }
        return normal.toString();
    }

    /** Returns how many insertions, deletions, replacements and swaps of neighbours lead from one word to the other. */
    static int distance(String from, String to) {
        int[][] distance = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                if (i == 0 || j == 0) {
                    distance[i][j] = i + j;
                    continue;
                }
                int replacement = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
                distance[i][j] = Math.min(
                        Math.min(distance[i - 1][j], distance[i][j - 1]) + 1, distance[i - 1][j - 1] + replacement);
                if (i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1)) {
                    distance[i][j] = Math.min(distance[i][j], distance[i - 2][j - 2] + 1);
                }
            }
        }
        return distance[from.length()][to.length()];
    }
}
