package io.freshet.journal;

/** Why a source, or a part of it, is compared with its catalogue. */
public enum RescanReason {
    /** The watcher began: what happened before it is not known. */
    START(Detector.START),
    /** Events were lost. */
    OVERFLOW(Detector.OVERFLOW),
    /** No events come from there. */
    SCAN(Detector.SCAN),
    /** A person or a program asked. */
    REQUEST(Detector.REQUEST),
    /** It is time again: for what events do not tell. Nobody waits for it, as nothing is known to be missing. */
    SCHEDULE(Detector.SCAN);

    private final Detector detector;

    RescanReason(Detector detector) {
        this.detector = detector;
    }

    /** Returns what the changes that such a rescan finds were noticed by. */
    public Detector detector() {
        return detector;
    }

    /** Returns whether changes that it finds may be older than its opening, so that nothing is complete before its end. */
    public boolean isWaitedFor() {
        return this != SCHEDULE;
    }
}
