package io.freshet.filter;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.path.RelativePath;
import io.freshet.path.TextForm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An ordered list of filter rules, in the language of rsync(1) FILTER RULES: which paths are replicated, and which copies
 * on a target may be deleted.
 *
 * <p>The first rule that matches decides; a path that none matches is included and deletable. What lies below an
 * excluded directory is excluded. An exclude both hides a path from what is sent and protects its copy from deletion,
 * unless the rule is limited to one side. {@link RelativePath#RESERVED_NAME} is excluded and protected at every depth,
 * before all rules; the root itself never is.
 *
 * <p>Patterns are matched as bytes: {@code ?} stands for one byte, and named classes know ASCII only. Differences from
 * rsync: merge files, CVS lists and rules for extended attributes are refused, as are patterns that can never match
 * because of an unclosed bracket; a rule with the modifier {@code /} sees the source's absolute path on both sides.
 *
 * <p>Immutable and safe for use by many threads. Asking allocates nothing, {@link #explain} apart, unless a pattern is
 * absolute or has more than 63 characters.
 */
public final class FilterRules {
    /** No rules: everything but the reserved name is included and deletable. */
    public static final FilterRules NONE = builder().build();

    /** Goes into the fingerprint; raised whenever the same rules would decide otherwise than before. */
    private static final String LANGUAGE = "freshet-filter-1";

    private static final byte[] RESERVED = RelativePath.RESERVED_NAME.getBytes(StandardCharsets.US_ASCII);

    private final FilterRule[] rules;
    private final RelativePath root;
    private final String fingerprint;

    private FilterRules(List<FilterRule> rules, @Nullable RelativePath root) {
        this.rules = rules.toArray(FilterRule[]::new);
        this.root = root == null ? RelativePath.ROOT : root;
        this.fingerprint = fingerprintOf(rules, this.root);
    }

    /** Returns a builder without rules. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns whether the path is left out of what is replicated: by itself, or because a directory above it is.
     *
     * @param directory whether the path is a directory; a symlink to one is not
     */
    public boolean excludes(RelativePath path, boolean directory) {
        return decidingEnd(path, directory, Side.SENDING, 0, true) >= 0;
    }

    /** Returns {@link #excludes} for a path whose parent is known to be included. */
    public boolean excludesEntry(RelativePath path, boolean directory) {
        return applies(path, path.length(), directory, Side.SENDING, true);
    }

    /**
     * Returns whether a copy of the path on a target must not be deleted, when nothing is known about the directories
     * above it: it is protected by itself, or a directory above it is.
     */
    public boolean protects(RelativePath path, boolean directory) {
        return decidingEnd(path, directory, Side.RECEIVING, 0, true) >= 0;
    }

    /**
     * Returns whether a copy of the path on a target must not be deleted, as rsync decides it: protection of a
     * directory that is being replicated does not extend to what is below it, and rules with the modifier {@code p} do
     * not count inside directories that are being deleted.
     *
     * @param replicated the deepest directory above the path that is there on the source and included
     * @throws IllegalArgumentException if the path is not below {@code replicated}
     */
    public boolean protects(RelativePath path, boolean directory, RelativePath replicated) {
        if (path.equals(replicated) || !path.isAtOrBelow(replicated)) {
            throw new IllegalArgumentException("'" + path + "' is not below '" + replicated + "'");
        }
        int from = replicated.isRoot() ? 0 : replicated.length() + 1;
        return decidingEnd(path, directory, Side.RECEIVING, from, false) >= 0;
    }

    /** Returns {@link #protects(RelativePath, boolean)} for a path whose parent is known to be unprotected. */
    public boolean protectsEntry(RelativePath path, boolean directory) {
        return applies(path, path.length(), directory, Side.RECEIVING, true);
    }

    /** Returns what the rules say about a path and which of them decided. */
    public Verdict explain(RelativePath path, boolean directory) {
        return new Verdict(path, decision(path, directory, Side.SENDING), decision(path, directory, Side.RECEIVING));
    }

    /** Returns the rules as they were written, in the order in which they count. */
    public List<WrittenRule> written() {
        return Arrays.stream(rules)
                .map(rule -> new WrittenRule(rule.text(), rule.excludes(), rule.origin()))
                .toList();
    }

    /**
     * Returns the SHA-256, as 64 lower-case hexadecimal digits, of what the rules mean: equal for rules that differ only
     * in origin, comments or spelling of the kind of rule. When it changes, every path is to be evaluated again.
     */
    public String fingerprint() {
        return fingerprint;
    }

    /** Rules are equal if their fingerprints are. */
    @Override
    public boolean equals(Object other) {
        return other instanceof FilterRules that && fingerprint.equals(that.fingerprint);
    }

    @Override
    public int hashCode() {
        return fingerprint.hashCode();
    }

    @Override
    public String toString() {
        return "FilterRules" + Arrays.stream(rules).map(FilterRule::text).toList();
    }

    /**
     * Finds the topmost component, at or after {@code from}, that decides for the whole path.
     *
     * @return the length of the path up to its end, or -1 if there is none
     */
    private int decidingEnd(RelativePath path, boolean directory, Side side, int from, boolean perishable) {
        boolean withPerishable = true;
        for (int end = from; end <= path.length(); end++) {
            boolean last = end == path.length();
            if (last || path.byteAt(end) == '/') {
                if (applies(path, end, directory || !last, side, withPerishable)) {
                    return end;
                }
                withPerishable = perishable;
            }
        }
        return -1;
    }

    private boolean applies(RelativePath path, int end, boolean directory, Side side, boolean withPerishable) {
        if (end == 0) {
            return false;
        }
        if (isReserved(path, end)) {
            return true;
        }
        FilterRule rule = firstMatch(path, end, directory, side, withPerishable);
        return rule != null && rule.excludes();
    }

    private @Nullable FilterRule firstMatch(
            RelativePath path, int end, boolean directory, Side side, boolean withPerishable) {
        for (FilterRule rule : rules) {
            boolean counts = (side == Side.SENDING ? rule.sending() : rule.receiving())
                    && (withPerishable || !rule.perishable());
            if (counts && matches(rule.pattern(), path, end, directory) != rule.negated()) {
                return rule;
            }
        }
        return null;
    }

    private boolean matches(PathPattern pattern, RelativePath path, int end, boolean directory) {
        if (!pattern.isAbsolute() || root.isRoot()) {
            return pattern.matches(path, end, directory);
        }
        RelativePath absolute = path.moved(RelativePath.ROOT, root);
        return pattern.matches(absolute, absolute.length() - path.length() + end, directory);
    }

    private Verdict.Decision decision(RelativePath path, boolean directory, Side side) {
        int end = decidingEnd(path, directory, side, 0, true);
        boolean applies = end >= 0;
        RelativePath decided =
                !applies || end == path.length() ? path : RelativePath.of(Arrays.copyOf(path.bytes(), end));
        boolean decidedIsDirectory = directory || !decided.equals(path);
        boolean byRule = !decided.isRoot() && !isReserved(decided, decided.length());
        FilterRule rule = byRule ? firstMatch(decided, decided.length(), decidedIsDirectory, side, true) : null;
        return new Verdict.Decision(
                applies, decided, rule == null ? null : rule.text(), rule == null ? null : rule.origin());
    }

    private static boolean isReserved(RelativePath path, int end) {
        int start = end - RESERVED.length;
        if (start < 0 || (start > 0 && path.byteAt(start - 1) != '/')) {
            return false;
        }
        for (int i = 0; i < RESERVED.length; i++) {
            if (path.byteAt(start + i) != RESERVED[i]) {
                return false;
            }
        }
        return true;
    }

    private static String fingerprintOf(List<FilterRule> rules, RelativePath root) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        digest.update(LANGUAGE.getBytes(StandardCharsets.US_ASCII));
        boolean anyAbsolute = false;
        for (FilterRule rule : rules) {
            anyAbsolute |= rule.pattern().isAbsolute();
            digest.update((byte) 0);
            digest.update(flag(rule.excludes(), '-', '+'));
            digest.update(flag(rule.sending(), 's', '_'));
            digest.update(flag(rule.receiving(), 'r', '_'));
            digest.update(flag(rule.negated(), '!', '_'));
            digest.update(flag(rule.perishable(), 'p', '_'));
            digest.update(flag(rule.pattern().isAbsolute(), '/', '_'));
            digest.update(rule.pattern().source());
        }
        if (anyAbsolute) {
            digest.update((byte) 0);
            digest.update(root.bytes());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static byte flag(boolean set, char yes, char no) {
        return (byte) (set ? yes : no);
    }

    private enum Side {
        SENDING,
        RECEIVING
    }

    /**
     * Collects rules in the order in which they count. Text is taken as UTF-8. Used by one thread.
     *
     * <p>Every method that adds rules throws {@link FreshetException} with {@code CONFIGURATION_INVALID}, naming origin
     * and remedy, if a rule is wrong.
     */
    public static final class Builder {
        private final List<FilterRule> rules = new ArrayList<>();
        private @Nullable RelativePath root;
        private boolean excludedIsDeletable;

        private Builder() {}

        /**
         * Names the source's root, which rules with the modifier {@code /} see before every path.
         *
         * @param absolutePath {@linkplain TextForm text form} of an absolute path without {@code .} and {@code ..}
         */
        public Builder root(String absolutePath) {
            if (!absolutePath.startsWith("/")) {
                throw new IllegalArgumentException("'" + absolutePath + "' is no absolute path");
            }
            root = RelativePath.parse(absolutePath.replaceAll("/+", "/").replaceAll("^/|/$", ""));
            return this;
        }

        /**
         * Lets rules added from now on that name no side count for sending only, as {@code --delete-excluded} does: what
         * they exclude is deletable.
         */
        public Builder excludedIsDeletable() {
            excludedIsDeletable = true;
            return this;
        }

        /**
         * Adds a pattern to exclude, as {@code --exclude} does: {@code "+ "} or {@code "- "} before it name the kind
         * themselves, and {@code !} alone drops all rules added so far.
         */
        public Builder exclude(String pattern, RuleOrigin origin) {
            return pattern(bytes(pattern), true, origin);
        }

        /** Adds a pattern to include, as {@code --include} does; prefixes are as for {@link #exclude}. */
        public Builder include(String pattern, RuleOrigin origin) {
            return pattern(bytes(pattern), false, origin);
        }

        /**
         * Adds the patterns of a file, one a line, as {@code --exclude-from} does. Empty lines and lines that begin with
         * {@code #} or {@code ;} say nothing; prefixes are as for {@link #exclude}.
         *
         * @param file the file's name, for messages
         */
        public Builder excludeFrom(byte[] content, String file) {
            return lines(content, true, file);
        }

        /** Adds the patterns of a file, as {@code --include-from} does; lines are as for {@link #excludeFrom}. */
        public Builder includeFrom(byte[] content, String file) {
            return lines(content, false, file);
        }

        /** Adds a rule with its kind and modifiers, as {@code --filter} does. */
        public Builder filter(String rule, RuleOrigin origin) {
            RuleReader reader = new RuleReader(bytes(rule), origin, excludedIsDeletable);
            if (reader.isClear()) {
                rules.clear();
            } else {
                add(reader.readRule());
            }
            return this;
        }

        /** Returns the rules collected so far. */
        public FilterRules build() {
            return new FilterRules(rules, root);
        }

        private Builder lines(byte[] content, boolean excludes, String file) {
            int line = 1;
            int start = 0;
            for (int i = 0; i <= content.length; i++) {
                if (i == content.length || content[i] == '\n' || content[i] == '\r') {
                    if (i > start && content[start] != '#' && content[start] != ';') {
                        pattern(Arrays.copyOfRange(content, start, i), excludes, new RuleOrigin(file, line));
                    }
                    boolean firstHalf = i + 1 < content.length && content[i] == '\r' && content[i + 1] == '\n';
                    line += firstHalf ? 0 : 1;
                    start = i + 1;
                }
            }
            return this;
        }

        private Builder pattern(byte[] pattern, boolean excludes, RuleOrigin origin) {
            if (pattern.length == 1 && pattern[0] == '!') {
                rules.clear();
            } else {
                add(new RuleReader(pattern, origin, excludedIsDeletable).readPattern(excludes));
            }
            return this;
        }

        private void add(FilterRule rule) {
            if (rule.pattern().isAbsolute() && root == null) {
                throw new FreshetException(
                        ErrorCode.CONFIGURATION_INVALID,
                        rule.origin() + ": filter rule '" + rule.text()
                                + "': the modifier / needs a source with an absolute path; write the pattern relative to"
                                + " the source's root");
            }
            rules.add(rule);
        }

        private static byte[] bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }
}
