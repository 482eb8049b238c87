package io.freshet.transfer;

import io.freshet.file.PartialKey;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name in {@code .freshet} of what a target has got of a large file: {@code p<key>-<random>}, so that a later try finds it
 * by its key, and never writes into what an earlier one may still have open.
 *
 * @param random tells tries apart
 */
public record PartialName(PartialKey key, String random) {
    private static final Pattern NAME = Pattern.compile("p([0-9a-f]{32})-([0-9a-f]{32})");

    /** Returns a name that was never used before. */
    public static PartialName fresh(PartialKey key) {
        return new PartialName(key, StagingName.fresh());
    }

    /** Returns the partial whose {@linkplain #toString() name} this is; empty for the name of anything else. */
    public static Optional<PartialName> parse(String name) {
        Matcher matcher = NAME.matcher(name);
        return matcher.matches()
                ? Optional.of(new PartialName(new PartialKey(matcher.group(1)), matcher.group(2)))
                : Optional.empty();
    }

    /** Returns whether a name is that of a partial whose key is one of these. */
    public static boolean isOneOf(Set<PartialKey> keys, String name) {
        return parse(name).filter(partial -> keys.contains(partial.key())).isPresent();
    }

    /** Returns whether what has a name in the staging area is left over where the partials with these keys are needed. */
    public static boolean isLeftOver(Set<PartialKey> needed, String name) {
        return StagingName.isOne(name)
                || parse(name)
                        .filter(partial -> !needed.contains(partial.key()))
                        .isPresent();
    }

    @Override
    public String toString() {
        return "p" + key + "-" + random;
    }
}
