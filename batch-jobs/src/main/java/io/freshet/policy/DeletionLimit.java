package io.freshet.policy;

/**
 * How much may vanish from a target within 24 hours before deletions are held; both numbers must be exceeded.
 *
 * @param count entries, 0 or more
 * @param percent of the entries that the target holds, 0 to 100
 */
public record DeletionLimit(long count, double percent) {
    /** Holds nothing, ever. */
    public static final DeletionLimit NONE = new DeletionLimit(Long.MAX_VALUE, 100);

    public DeletionLimit {
        if (count < 0 || percent < 0 || percent > 100) {
            throw new IllegalArgumentException(
                    "a deletion limit needs a count of 0 or more and a percentage of 0 to 100");
        }
    }

    /**
     * Returns whether deletions must be held.
     *
     * @param vanishing entries that vanished in the last 24 hours and those about to
     * @param held entries that the target held before those vanished
     */
    public boolean isExceededBy(long vanishing, long held) {
        return vanishing > count && vanishing * 100.0 > held * percent;
    }
}
