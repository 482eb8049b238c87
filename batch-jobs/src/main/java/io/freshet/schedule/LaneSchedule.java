package io.freshet.schedule;

import io.freshet.journal.Lane;
import io.freshet.journal.TargetId;

/** The launches of lanes: each is carried out by a thread of its own, never twice at a time. Thread-safe. */
public interface LaneSchedule {
    /** Makes a lane known; to be called before it is launched. */
    void add(TargetId target, Lane lane);

    /** Has the lane's work started at once, if it is not under way. */
    void launch(TargetId target, Lane lane);
}
