package io.freshet.policy;

/**
 * How much may vanish from a target, or be rewritten there, within a time before that is held; both numbers must be exceeded.
 *
 * @param count entries, 0 or more
 * @param percent of the entries that the target holds, 0 to 100
 */
public record DeletionLimit(long count, double percent) {
    /** Holds nothing, ever. */
    public static final DeletionLimit NONE = new DeletionLimit(Long.MAX_VALUE, 100);

    public DeletionLimit {
        if (count < 0 || percent < 0 || percent > 100) {
            throw new IllegalArgumentException("a limit needs a count of 0 or more and a percentage of 0 to 100");
        }
    }

    /**
     * Returns whether a person must be asked.
     *
     * @param vanishing entries that vanished or were rewritten in that time, and those about to
     * @param held entries that the target held before
     */
    public boolean isExceededBy(long vanishing, long held) {
        return vanishing > count && vanishing * 100.0 > held * percent;
    }
}
