package io.freshet.journal;

/** The one headline of a target's state; the first that is true, in this order, is shown. */
public enum TargetCondition {
    /** The source was not observed for two minutes, or never: nothing can be said, and nothing good is claimed. */
    UNKNOWN("not known"),
    /** Something waits for a person's decision. */
    HELD("held"),
    /** A person stopped it; changes queue up. */
    PAUSED("paused"),
    /** The target, or a path that a person has to see to, cannot be delivered. */
    FAILING("failing"),
    /** A run is at work. */
    DELIVERING("delivering"),
    /** Work is waiting by itself: for quiet, for its window, or for the next try. */
    WAITING("waiting"),
    /** Everything that was seen has arrived, as of the moment of observation. */
    UP_TO_DATE("up to date");

    private final String word;

    TargetCondition(String word) {
        this.word = word;
    }

    /** Returns the words that pages and commands show. */
    public String word() {
        return word;
    }
}
