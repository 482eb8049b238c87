package io.freshet.journal;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What of a path waits in a target's queue, and behind how much: what its lanes take before the last of it.
 *
 * @param waiting items on the path and below it, those that failed before included
 * @param ahead other items, without those that wait for their next try, for a person or until they are quiet
 */
public record Backlog(Work waiting, Work ahead) {
    /** The same in one lane. */
    record InLane(Lane lane, Work waiting, Work ahead) {
        Work all() {
            return waiting.and(ahead);
        }
    }

    /** Returns it for people: {@code 38 items, 41.0 MB, behind 1 204 items, 3.10 GB}. */
    @JsonProperty("words")
    public String words() {
        return waiting.words() + (ahead.items() == 0 && ahead.isAll() ? "" : ", behind " + ahead.words());
    }
}
