package io.freshet.web.api;

import io.freshet.journal.Completeness;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a wait ended.
 *
 * @param detail the same as a sentence, and what to do next
 * @param targets how each asked target stands; empty if the watcher never answered
 */
record WaitAnswer(Outcome outcome, String detail, List<AtTarget> targets) {

    static WaitAnswer of(Outcome outcome, String detail, List<AtTarget> targets) {
        return new WaitAnswer(outcome, detail, List.copyOf(targets));
    }

    /** How it ended; a later one wins over an earlier one. */
    enum Outcome {
        /** Every change observed up to the question has arrived, at that state or newer. */
        COMPLETE,
        /** The time was over. */
        TIMED_OUT,
        /** The watcher cannot tell what has changed. */
        NOT_OBSERVED,
        /** Paths, or a target, need a person. */
        FAILED,
        /** A hold has to be decided first. */
        HELD;

        Outcome or(Outcome other) {
            return compareTo(other) >= 0 ? this : other;
        }
    }

    /**
     * How one target stands.
     *
     * @param seq the sequence number that dates the question in the source's journal
     */
    record AtTarget(
            String source,
            String target,
            Completeness.State state,
            long seq,
            long remaining,
            @Nullable String waitingFor,
            List<String> held,
            List<Completeness.Failure> failures) {

        AtTarget(String source, long seq, Completeness.Arrival arrival) {
            this(
                    source,
                    arrival.target(),
                    arrival.state(),
                    seq,
                    arrival.remaining(),
                    arrival.waitingFor(),
                    arrival.held(),
                    arrival.failures());
        }
    }
}
