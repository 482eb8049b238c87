package io.freshet.web.report;

import io.freshet.journal.RunHistory;
import io.freshet.path.RelativePath;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What happened to one path, as reports tell it.
 *
 * @param path in the reversible text form
 * @param pathBase64 its bytes, where the text form is not the name itself; else null
 * @param tookMillis from the oldest change it answers to its acknowledgement
 * @param bytes content sent
 */
record ReportLine(
        String path,
        @Nullable String pathBase64,
        String outcome,
        Instant deliveredAt,
        long tookMillis,
        long bytes,
        @Nullable String sha256,
        @Nullable String movedFrom,
        @Nullable String reason,
        @Nullable String errorCode) {

    static ReportLine of(RunHistory.DeliveryLine line) {
        return new ReportLine(
                line.path(),
                base64(line.path()),
                line.outcome(),
                line.deliveredAt(),
                line.tookMillis(),
                line.bytes(),
                line.sha256(),
                line.movedFrom(),
                line.reason(),
                line.errorCode());
    }

    private static @Nullable String base64(String path) {
        return path.indexOf('\\') < 0
                ? null
                : Base64.getEncoder().encodeToString(RelativePath.parse(path).bytes());
    }
}
