package io.freshet.web.account;

import jakarta.servlet.http.HttpServletRequest;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * The token that lets a monitoring system in to the metrics and to nothing else, also while the database is away; of the
 * configuration, so that it outlives restarts. Thread-safe.
 */
public final class MetricsToken {
    /** The fewest characters that a token may have. */
    public static final int SHORTEST = 32;

    /** Where it lets in. */
    public static final String PATH = "/metrics";

    static final String ACTOR = "metrics";

    private final byte @Nullable [] hash;

    private MetricsToken(byte @Nullable [] hash) {
        this.hash = hash;
    }

    /** Returns one that lets nobody in. */
    public static MetricsToken none() {
        return new MetricsToken(null);
    }

    /** Returns one that lets in whoever knows it. */
    public static MetricsToken of(String token) {
        if (token.length() < SHORTEST) {
            throw new IllegalArgumentException("a token for the metrics has " + SHORTEST + " characters at least");
        }
        return new MetricsToken(Secrets.hash(token));
    }

    boolean opens(HttpServletRequest request, String token) {
        return hash != null
                && request.getRequestURI().equals(request.getContextPath() + PATH)
                && MessageDigest.isEqual(hash, Secrets.hash(token));
    }
}
