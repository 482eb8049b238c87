package io.freshet.target;

import java.util.List;

/**
 * A way of reaching targets, for one or more URL schemes.
 *
 * <p>Stateless and thread-safe; found by {@link java.util.ServiceLoader}.
 */
public interface TargetConnector {
    /** Returns whether this connector reaches URLs of this scheme. */
    boolean supports(String scheme);

    /**
     * Tells where an address leads without going there: what the options and the files they name say.
     *
     * @throws io.freshet.failure.FreshetException with {@code CONFIGURATION_INVALID}
     */
    default TargetPlace locate(TargetAddress address) {
        return new TargetPlace(address.url(), List.of(), List.of());
    }

    /**
     * Connects, authenticates, checks the host and probes what the target can do.
     *
     * @throws io.freshet.failure.FreshetException with {@code TARGET_UNREACHABLE}, {@code CONFIGURATION_INVALID}, {@code
     *     HOST_KEY_UNKNOWN}, {@code HOST_KEY_CHANGED}, {@code AUTHENTICATION_FAILED} or {@code TARGET_ROOT_SUSPECT} (the
     *     root is missing or not a directory)
     */
    TargetSession connect(TargetAddress address);
}
