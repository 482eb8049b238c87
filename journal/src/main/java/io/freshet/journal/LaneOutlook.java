package io.freshet.journal;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What a lane of a target has before it and how fast it is; of a run at work, what that has done.
 *
 * @param waiting what it would take next, without what failed before
 * @param pace while it was at work in the last minutes
 * @param run the number of the run at work; null if none is
 * @param done items that this run is done with
 * @param failed items that failed in it
 * @param bytes of content that it sent
 */
public record LaneOutlook(
        Lane lane, Work waiting, Pace pace, @Nullable Long run, long done, long failed, long bytes) {

    /** Returns how many items the run had or has before it, as far as is known; those that failed included. */
    @JsonProperty("planned")
    public Work planned() {
        return new Work(
                waiting.items() + done + failed,
                waiting.counted(),
                waiting.sized() + done,
                waiting.bytes() + bytes,
                waiting.walks());
    }

    /** @param estimate of how many items wait, where they were not all counted; else null */
    LaneOutlook with(@Nullable Long estimate, Pace measured) {
        Work known = estimate == null
                ? waiting
                : new Work(estimate, Work.Counted.ABOUT, waiting.sized(), waiting.bytes(), waiting.walks());
        return new LaneOutlook(lane, known, measured, run, done, failed, bytes);
    }

    /** Returns it for people. */
    @JsonProperty("words")
    public String words() {
        Double items = pace.itemsPerSecond();
        Long rate = pace.bytesPerSecond();
        String speed = items == null || rate == null
                ? "; " + Expectation.NO_RATE
                : "; " + (items < 10 ? String.valueOf(Math.round(items * 10) / 10.0) : Wording.count(Math.round(items)))
                        + " items/s, " + Wording.bytes(rate) + "/s over the last minutes";
        String ofRun = run == null
                ? ""
                : "; run " + run + " has done " + Wording.count(done, "item") + ", " + Wording.bytes(bytes)
                        + (failed == 0 ? "" : ", " + Wording.count(failed) + " failed");
        return waiting.words() + " waiting" + ofRun + speed;
    }
}
