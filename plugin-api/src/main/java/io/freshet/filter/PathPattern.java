package io.freshet.filter;

import io.freshet.path.RelativePath;
import java.util.Arrays;

/**
 * One pattern of a filter rule, ready to match; follows PATTERN MATCHING RULES in rsync(1).
 *
 * <p>Immutable. Matching allocates nothing for patterns of up to {@value Wildcard#SINGLE_WORD} characters that are not
 * absolute.
 */
final class PathPattern {
    /** Which part of the path a pattern is held against. */
    private enum Scope {
        /** Everything from the root on. */
        WHOLE,
        /** As many of the last components as the pattern itself has. */
        TAIL,
        /** Everything from the root or from any component on. */
        ANY_TAIL
    }

    private final byte[] source;
    private final boolean absolute;
    private final boolean directoryOnly;
    private final boolean withContents;
    private final Scope scope;
    private final int tailComponents;
    private final byte[] literal;
    private final boolean wild;
    private final Wildcard wildcard;

    /**
     * Prepares a pattern.
     *
     * @param absolute whether it is held against the absolute path (modifier {@code /})
     * @throws IllegalArgumentException if the pattern can never match, with the reason
     */
    PathPattern(byte[] source, boolean absolute) {
        this.source = source.clone();
        this.absolute = absolute;
        int end = source.length;
        directoryOnly = end > 1 && source[end - 1] == '/';
        if (directoryOnly) {
            end--;
        }
        boolean anchored = end > 0 && source[0] == '/';
        int start = anchored ? 1 : 0;
        wild = contains(source, end, '*') || contains(source, end, '?') || contains(source, end, '[');
        boolean crossesSlashes = containsDoubleStar(source, end);
        withContents = end >= 3 && source[end - 1] == '*' && source[end - 2] == '*' && source[end - 3] == '*';
        tailComponents = 1 + count(source, end, '/');
        boolean startsWithDoubleStar = end >= 2 && source[0] == '*' && source[1] == '*';
        if (anchored || startsWithDoubleStar) {
            scope = Scope.WHOLE;
        } else {
            scope = crossesSlashes ? Scope.ANY_TAIL : Scope.TAIL;
        }
        literal = Arrays.copyOfRange(source, start, end);
        wildcard = wild ? Wildcard.compile(literal, startsWithDoubleStar) : Wildcard.NOTHING;
    }

    /** Returns the pattern as it was written. */
    byte[] source() {
        return source.clone();
    }

    boolean isAbsolute() {
        return absolute;
    }

    /**
     * Returns whether the first {@code end} bytes of {@code path}, which are whole components, match.
     *
     * @param directory whether that is a directory
     */
    boolean matches(RelativePath path, int end, boolean directory) {
        if (directoryOnly && !directory) {
            return false;
        }
        int start = scope == Scope.TAIL ? tailStart(path, end) : 0;
        if (start < 0) {
            return false;
        }
        if (!wild) {
            return equalsLiteral(path, start, end);
        }
        return wildcard.matches(path, start, end, withContents && directory, scope == Scope.ANY_TAIL);
    }

    /** Returns where the last components begin, or -1 if the path has fewer than the pattern. */
    private int tailStart(RelativePath path, int end) {
        int missing = tailComponents;
        for (int i = end - 1; i >= 0; i--) {
            if (path.byteAt(i) == '/' && --missing == 0) {
                return i + 1;
            }
        }
        return missing == 1 ? 0 : -1;
    }

    private boolean equalsLiteral(RelativePath path, int start, int end) {
        if (end - start != literal.length) {
            return false;
        }
        for (int i = literal.length - 1; i >= 0; i--) {
            if (path.byteAt(start + i) != literal[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean contains(byte[] bytes, int end, char wanted) {
        return count(bytes, end, wanted) > 0;
    }

    private static int count(byte[] bytes, int end, char wanted) {
        int count = 0;
        for (int i = 0; i < end; i++) {
            if (bytes[i] == wanted) {
                count++;
            }
        }
        return count;
    }

    private static boolean containsDoubleStar(byte[] bytes, int end) {
        for (int i = 1; i < end; i++) {
            if (bytes[i] == '*' && bytes[i - 1] == '*') {
                return true;
            }
        }
        return false;
    }
}
