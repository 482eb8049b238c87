package io.freshet.failure;

/**
 * A host shows another key than the one it is known by. Nothing was sent to it, and nothing is until a person found out why.
 *
 * <p>{@link #shown} is what a person may accept: host, port and the key's fingerprint, for example {@code web1:22
 * SHA256:…}.
 */
public final class HostKeyChangedException extends FreshetException {
    private static final long serialVersionUID = 1L;

    private final String shown;

    public HostKeyChangedException(String shown, String message) {
        super(ErrorCode.HOST_KEY_CHANGED, message);
        this.shown = shown;
    }

    public String shown() {
        return shown;
    }
}
