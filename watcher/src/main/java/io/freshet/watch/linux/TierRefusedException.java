package io.freshet.watch.linux;

/** A tier does not work here; the message says why and what it would need. */
final class TierRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    TierRefusedException(String message) {
        super(message);
    }
}
