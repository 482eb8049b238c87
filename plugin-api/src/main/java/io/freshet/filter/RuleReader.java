package io.freshet.filter;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** Reads one rule as it is written, following FILTER RULES IN DEPTH and FILTER RULE MODIFIERS in rsync(1). */
final class RuleReader {
    private static final int LONGEST_PATTERN = 4095;

    private static final Map<String, Character> LONG_NAMES = Map.of(
            "exclude", '-',
            "include", '+',
            "merge", '.',
            "dir-merge", ':',
            "hide", 'H',
            "show", 'S',
            "protect", 'P',
            "risk", 'R',
            "clear", '!');

    private final byte[] rule;
    private final RuleOrigin origin;
    private final boolean excludedIsDeletable;
    private int at;
    private boolean absolute;
    private boolean negated;
    private boolean perishable;
    private boolean sending;
    private boolean receiving;

    RuleReader(byte[] rule, RuleOrigin origin, boolean excludedIsDeletable) {
        this.rule = rule;
        this.origin = origin;
        this.excludedIsDeletable = excludedIsDeletable;
    }

    /** Returns whether the rule is the one that clears the list. */
    boolean isClear() {
        return (rule.length == 1 && rule[0] == '!') || Arrays.equals(rule, bytes("clear"));
    }

    /** Reads a bare pattern, which {@code "+ "} or {@code "- "} may precede. */
    FilterRule readPattern(boolean excludes) {
        boolean prefixed = rule.length >= 2 && (rule[0] == '+' || rule[0] == '-') && rule[1] == ' ';
        at = prefixed ? 2 : 0;
        return rule(prefixed ? rule[0] == '-' : excludes);
    }

    /** Reads a rule with its kind and modifiers. */
    FilterRule readRule() {
        char kind = readKind();
        if (kind == '.' || kind == ':') {
            throw invalid("rules in merge files are not read", "put the rules here, or name the file in exclude-from");
        }
        if (kind == '!') {
            throw invalid("a rule that clears the list takes no pattern", "write just !");
        }
        readModifiers(kind);
        switch (kind) {
            case 'H', 'S' -> sending = true;
            case 'P', 'R' -> receiving = true;
            default -> {}
        }
        return rule(kind == '-' || kind == 'H' || kind == 'P');
    }

    private char readKind() {
        int end = 0;
        while (end < rule.length && isOfLongName(rule[end], end)) {
            end++;
        }
        if (end > 0) {
            String name = new String(rule, 0, end, StandardCharsets.US_ASCII);
            Character kind = LONG_NAMES.get(name);
            if (kind == null) {
                throw invalid(
                        "there is no kind of rule called '" + name + "'", "to exclude, write - before the pattern");
            }
            at = end;
            if (at < rule.length && rule[at] != ',' && !isSeparator(rule[at])) {
                throw invalid("a space must follow '" + name + "'", "write '" + name + " PATTERN'");
            }
            skipComma();
            return kind;
        }
        if (rule.length == 0 || "-+.:HSPR!".indexOf(rule[0]) < 0) {
            throw invalid(
                    "a rule begins with -, +, H, S, P, R or !, or with a long name such as exclude",
                    "to exclude, write - before the pattern");
        }
        at = 1;
        skipComma();
        return (char) rule[0];
    }

    private static boolean isOfLongName(byte b, int index) {
        return (b >= 'a' && b <= 'z') || (b == '-' && index > 0);
    }

    private void skipComma() {
        if (at < rule.length && rule[at] == ',') {
            at++;
        }
    }

    private void readModifiers(char kind) {
        while (at < rule.length && !isSeparator(rule[at])) {
            char modifier = (char) (rule[at++] & 0xff);
            switch (modifier) {
                case '/' -> absolute = true;
                case '!' -> negated = true;
                case 'p' -> perishable = true;
                case 's', 'r' -> {
                    if (kind != '-' && kind != '+') {
                        throw invalid(
                                "the modifier '" + modifier + "' contradicts '" + kind
                                        + "', which names its side itself",
                                "use it with - or +");
                    }
                    sending |= modifier == 's';
                    receiving |= modifier == 'r';
                }
                case 'x', 'C' ->
                    throw invalid(
                            "the modifier '" + modifier + "' ("
                                    + (modifier == 'x' ? "extended attributes" : "CVS excludes") + ") is not supported",
                            "remove the rule, or write its patterns out");
                default ->
                    throw invalid(
                            "'" + modifier + "' is no modifier",
                            "write a space before the pattern; modifiers are / ! s r p");
            }
        }
        if (at < rule.length) {
            at++;
        }
    }

    private FilterRule rule(boolean excludes) {
        byte[] pattern = Arrays.copyOfRange(rule, at, rule.length);
        if (pattern.length == 0) {
            throw invalid("a pattern is missing", "write it after the kind of rule, for example '- *.tmp'");
        }
        if (pattern.length > LONGEST_PATTERN) {
            throw invalid("no path is longer than " + LONGEST_PATTERN + " bytes, but the pattern is", "shorten it");
        }
        for (byte b : pattern) {
            if (b == 0) {
                throw invalid("no name holds a NUL, but the pattern does", "remove it");
            }
        }
        boolean bothSides = !sending && !receiving;
        try {
            return new FilterRule(
                    new PathPattern(pattern, absolute),
                    excludes,
                    sending || bothSides,
                    receiving || (bothSides && !excludedIsDeletable),
                    negated,
                    perishable,
                    text(),
                    origin);
        } catch (IllegalArgumentException e) {
            throw new FreshetException(ErrorCode.CONFIGURATION_INVALID, place() + e.getMessage(), e);
        }
    }

    private FreshetException invalid(String problem, String suggestion) {
        return new FreshetException(ErrorCode.CONFIGURATION_INVALID, place() + problem + "; " + suggestion);
    }

    private String place() {
        return origin + ": filter rule '" + text() + "': ";
    }

    private String text() {
        return new String(rule, StandardCharsets.UTF_8);
    }

    private static boolean isSeparator(byte b) {
        return b == ' ' || b == '_';
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
