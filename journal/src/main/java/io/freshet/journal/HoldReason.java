package io.freshet.journal;

/** Why something waits for a person. */
public enum HoldReason {
    SOURCE_MISSING("the source is missing", true),
    SOURCE_EMPTY("the source is empty", true),
    SOURCE_REPLACED("the source was replaced", true),
    MOUNT_MISSING("a mount below the source is missing", false),
    TARGET_REPLACED("the target was replaced", true),
    TARGET_FOREIGN("the target belongs to another Freshet", true),
    TARGET_LOOP("the target leads back into the source", true),
    DELETIONS_OVER_LIMIT("deletions over the limit", false),
    CHANGES_OVER_LIMIT("changes over the limit", false),
    HOST_KEY_CHANGED("host key changed", true),
    DRIFT("changed on the target", false),
    EXTRAS("extra on the target", false);

    private final String words;
    private final boolean concernsWholeTarget;

    HoldReason(String words, boolean concernsWholeTarget) {
        this.words = words;
        this.concernsWholeTarget = concernsWholeTarget;
    }

    /** Returns the reason as words in a sentence. */
    public String words() {
        return words;
    }

    /** Returns whether nothing is known to be safe until it is decided, rather than the listed paths. */
    public boolean concernsWholeTarget() {
        return concernsWholeTarget;
    }

    /** Returns whether a person can decide it at all; what is otherwise wrong has to be put right, and the hold ends by itself. */
    public boolean canBeDecided() {
        return this != SOURCE_MISSING && this != TARGET_FOREIGN && this != TARGET_LOOP;
    }

    /** Returns whether an approval has to be used in time: one of a host key says that this key is right, now and later. */
    public boolean approvalExpires() {
        return canBeDecided() && this != HOST_KEY_CHANGED;
    }

    /** Returns whether the manifest may be of another disk, or of none, so that nothing counts for arrived (rule 7). */
    public boolean makesManifestSuspect() {
        return this == TARGET_REPLACED || this == TARGET_FOREIGN;
    }
}
