package io.freshet.journal;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a path is: for every target of its source, whether it arrived, as of when, or what it waits for.
 *
 * @param path its text form, relative to the source's root
 * @param pathBase64 its bytes, where the text form is not the name itself; else null
 * @param sentence the answer in one sentence
 * @param observedAt the source was observed up to this moment
 * @param sourceSeen whether who answers has looked at the source itself, so that nothing is called delivered that is another
 *     one by now; if not, the answer holds for what was observed
 */
public record PathAnswer(
        String source,
        String path,
        @Nullable String pathBase64,
        String sentence,
        @Nullable Instant observedAt,
        Instant asOf,
        boolean sourceSeen,
        List<AtTarget> targets) {

    /** Returns whether any target holds it or has work for it; what is excluded may be anywhere. */
    public boolean isKnown() {
        return targets.stream().anyMatch(target -> target.state() != State.ABSENT && target.state() != State.EXCLUDED);
    }

    /** How a path stands on a target. */
    public enum State {
        /** Not observed for two minutes: what the target holds is known, what the source holds is not. */
        UNKNOWN("not known"),
        /** Waits for a person's decision. */
        HELD("held"),
        /** Cannot be delivered until a person acts. */
        FAILED("failed"),
        /** On its way, or not observed yet, or waiting for something that comes by itself, or for a paused target. */
        WAITING("waiting"),
        /** Nothing at this path is waiting, and the target holds it as it was observed, and as it was seen if it was. */
        DELIVERED("delivered"),
        /** A rule says that it is not replicated. */
        EXCLUDED("excluded"),
        /** The target cannot hold it, and that was said. */
        UNSUPPORTED("not supported"),
        /** Nothing of this name was ever delivered or is waiting; or its removal was delivered. */
        ABSENT("not there");

        private final String word;

        State(String word) {
            this.word = word;
        }

        /** Returns the words that pages and commands show. */
        public String word() {
            return word;
        }
    }

    /**
     * How it stands on one target.
     *
     * @param sentence the answer, one of a closed set
     * @param type the code of the {@link io.freshet.file.FileType} that the target holds; null if it holds nothing
     * @param deliveredAt when what the target holds, or the removal, was acknowledged
     * @param run in which run that was
     * @param contentAsOf the modification time of what the target holds
     * @param pendingBelow work items below a directory, counted up to 1 001
     * @param ahead work items that are taken before it, counted up to 1 000
     * @param attempts how often its delivery failed since it last arrived
     * @param hold the open hold that stops it
     * @param arrived of a directory: how much is there of what is below it
     * @param backlog what waits of it in the target's queue, and behind how much; null if nothing does
     * @param eta when it is expected, or why that cannot be told; null if nothing is on its way
     */
    public record AtTarget(
            String target,
            State state,
            String sentence,
            @Nullable String type,
            @Nullable Long size,
            @Nullable Instant deliveredAt,
            @Nullable Long run,
            @Nullable Instant contentAsOf,
            @Nullable String evidence,
            long pendingBelow,
            @Nullable Instant waitingSince,
            long ahead,
            int attempts,
            @Nullable String errorCode,
            @Nullable String error,
            @Nullable Instant nextAttemptAt,
            @Nullable Long hold,
            @Nullable Arrived arrived,
            @Nullable Backlog backlog,
            @Nullable Eta eta) {}
}
