package io.freshet.filter;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Reads one wildcard expression: {@code *}, {@code **}, {@code ?}, classes and escapes. Used once, by one thread. */
final class WildcardReader {
    private static final int SLASH = '/';

    private final byte[] expression;
    private final List<boolean[]> items = new ArrayList<>();
    private final boolean[] anyBefore;
    private final boolean[] componentBefore;
    private int at;

    WildcardReader(byte[] expression) {
        this.expression = expression;
        anyBefore = new boolean[expression.length + 1];
        componentBefore = new boolean[expression.length + 1];
    }

    Wildcard read(boolean mayStartAtRoot) {
        while (at < expression.length) {
            int octet = next();
            switch (octet) {
                case '*' -> readStars();
                case '?' -> items.add(allButSlash());
                case '[' -> items.add(readClass());
                case '\\' -> items.add(only(nextEscaped()));
                default -> items.add(only(octet));
            }
        }
        int positions = items.size() + 1;
        boolean beginsWithSlash = !items.isEmpty() && anyBefore[0] && items.get(0)[SLASH];
        return new Wildcard(
                items.toArray(boolean[][]::new),
                Arrays.copyOf(anyBefore, positions),
                Arrays.copyOf(componentBefore, positions),
                mayStartAtRoot && beginsWithSlash);
    }

    private void readStars() {
        boolean several = false;
        while (at < expression.length && expression[at] == '*') {
            at++;
            several = true;
        }
        anyBefore[items.size()] |= several;
        componentBefore[items.size()] = true;
    }

    private boolean[] readClass() {
        boolean[] members = new boolean[256];
        boolean complement = at < expression.length && (expression[at] == '!' || expression[at] == '^');
        if (complement) {
            at++;
        }
        int previous = -1;
        boolean first = true;
        while (true) {
            int octet = nextInClass();
            if (octet == ']' && !first) {
                break;
            }
            first = false;
            if (octet == '-' && previous >= 0 && at < expression.length && expression[at] != ']') {
                int last = nextInClass();
                if (last == '\\') {
                    last = nextInClass();
                }
                for (int i = previous; i <= last; i++) {
                    members[i] = true;
                }
                previous = -1;
            } else if (octet == '[' && at < expression.length && expression[at] == ':') {
                previous = readNamedClass(members);
            } else {
                previous = octet == '\\' ? nextInClass() : octet;
                members[previous] = true;
            }
        }
        if (complement) {
            for (int i = 0; i < members.length; i++) {
                members[i] = !members[i];
            }
        }
        members[SLASH] = false;
        return members;
    }

    /** Reads {@code :name:]}; if that is not what follows, the bracket is a member like any other and is returned. */
    private int readNamedClass(boolean[] members) {
        int close = at + 1;
        while (close < expression.length && expression[close] != ']') {
            close++;
        }
        if (close == expression.length) {
            throw unclosed();
        }
        if (close == at + 1 || expression[close - 1] != ':') {
            members['['] = true;
            return '[';
        }
        String name = new String(expression, at + 1, close - at - 2, StandardCharsets.ISO_8859_1);
        for (int octet = 0; octet < 128; octet++) {
            members[octet] |= isOf(name, octet);
        }
        at = close + 1;
        return -1;
    }

    /** Returns whether the octet is of the class, in the C locale ({@code isalpha(3)}). */
    private static boolean isOf(String name, int octet) {
        boolean upper = octet >= 'A' && octet <= 'Z';
        boolean lower = octet >= 'a' && octet <= 'z';
        boolean digit = octet >= '0' && octet <= '9';
        boolean graph = octet > ' ' && octet < 127;
        return switch (name) {
            case "alnum" -> upper || lower || digit;
            case "alpha" -> upper || lower;
            case "blank" -> octet == ' ' || octet == '\t';
            case "cntrl" -> octet < ' ' || octet == 127;
            case "digit" -> digit;
            case "graph" -> graph;
            case "lower" -> lower;
            case "print" -> graph || octet == ' ';
            case "punct" -> graph && !upper && !lower && !digit;
            case "space" -> octet == ' ' || (octet >= '\t' && octet <= '\r');
            case "upper" -> upper;
            case "xdigit" -> digit || (octet >= 'A' && octet <= 'F') || (octet >= 'a' && octet <= 'f');
            default ->
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "there is no class [:%s:]; the classes are alnum, alpha, blank, cntrl, digit, graph, lower, print,"
                                + " punct, space, upper and xdigit",
                        name));
        };
    }

    private int next() {
        return expression[at++] & 0xff;
    }

    private int nextEscaped() {
        if (at == expression.length) {
            throw new IllegalArgumentException(
                    "a backslash at the end escapes nothing; in a pattern with wildcards write \\\\ for a backslash");
        }
        return next();
    }

    private int nextInClass() {
        if (at == expression.length) {
            throw unclosed();
        }
        return next();
    }

    private static IllegalArgumentException unclosed() {
        return new IllegalArgumentException("a '[' is never closed by ']'; write \\[ for a bracket");
    }

    private static boolean[] only(int octet) {
        boolean[] members = new boolean[256];
        members[octet] = true;
        return members;
    }

    private static boolean[] allButSlash() {
        boolean[] members = new boolean[256];
        Arrays.fill(members, true);
        members[SLASH] = false;
        return members;
    }
}
