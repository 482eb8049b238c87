package io.freshet.web.api;

import io.freshet.journal.TargetVerification;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A comparison of a target with what was delivered there, as the API tells of it.
 *
 * @param path relative to the source; empty for the whole target
 * @param reason {@code request}, {@code policy} or {@code adoption}
 * @param position the last directory that was compared; null before the first
 */
record VerificationAnswer(
        long verification,
        String path,
        boolean deep,
        String reason,
        @Nullable String requestedBy,
        Instant openedAt,
        @Nullable Instant begunAt,
        @Nullable Instant finishedAt,
        @Nullable String position,
        TargetVerification.Counts counts) {

    static VerificationAnswer of(TargetVerification verification) {
        return new VerificationAnswer(
                verification.id(),
                verification.path().toString(),
                verification.deep(),
                verification.reason().name().toLowerCase(Locale.ROOT),
                verification.requestedBy(),
                verification.openedAt(),
                verification.begunAt(),
                verification.finishedAt(),
                verification.position() == null ? null : verification.position().toString(),
                verification.counts());
    }
}
