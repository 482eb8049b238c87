package io.freshet.filter;

import io.freshet.path.RelativePath;
import org.jspecify.annotations.Nullable;

/**
 * What the filter rules say about one path, and why.
 *
 * @param path the path that was asked about
 * @param exclusion whether the path is left out of what is replicated
 * @param protection whether a copy of it on a target is safe from deletion while the source has neither it nor the
 *     directories above it
 */
public record Verdict(RelativePath path, Decision exclusion, Decision protection) {

    /** Returns whether the path is left out of what is replicated. */
    public boolean excluded() {
        return exclusion.applies();
    }

    /** Returns whether a copy on a target is safe from deletion. */
    public boolean protectedFromDeletion() {
        return protection.applies();
    }

    /** Returns one or two sentences for a person. */
    @Override
    public String toString() {
        return "'" + path + "' is " + (excluded() ? "excluded" : "included") + because(exclusion)
                + "; on a target it is " + (protectedFromDeletion() ? "protected from deletion" : "deletable")
                + because(protection) + ".";
    }

    private String because(Decision decision) {
        return " by " + decision.words(path);
    }

    /**
     * One side's answer.
     *
     * @param applies the answer
     * @param path the path that it was found for: the one asked about, or the directory above it that settles it
     * @param rule the deciding rule as it was written; null if no rule matched, or if the name is Freshet's own
     * @param origin where that rule was written; null together with {@code rule}
     */
    public record Decision(
            boolean applies,
            RelativePath path,
            @Nullable String rule,
            @Nullable RuleOrigin origin) {

        /** Returns what decided, in words: the rule and its origin, the reserved name, or the absence of a rule. */
        public String reason() {
            if (rule != null) {
                return "the rule '" + rule + "' (" + origin + ")";
            }
            return applies ? "the reserved name " + RelativePath.RESERVED_NAME : "default, as no rule matches";
        }

        /** Returns {@link #reason} for a path, with the directory above it for which it was found, if it was. */
        public String words(RelativePath asked) {
            return reason() + (path.equals(asked) ? "" : ", which decides for its directory '" + path + "'");
        }
    }
}
