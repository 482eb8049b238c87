package io.freshet.watch;

import io.freshet.journal.Detector;

/** A way of seeing what happens in a source, the best first. */
public enum Tier {
    /** One mark on the whole file system; needs privileges. */
    FANOTIFY(Detector.FANOTIFY),
    /** A watch on every directory. */
    INOTIFY(Detector.INOTIFY),
    /** Everything is looked at again and again. */
    SCAN(Detector.SCAN);

    private final Detector detector;

    Tier(Detector detector) {
        this.detector = detector;
    }

    /** Returns what changes seen this way are journaled as. */
    public Detector detector() {
        return detector;
    }
}
