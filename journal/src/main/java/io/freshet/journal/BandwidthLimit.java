package io.freshet.journal;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How much may be sent per second, and who says so.
 *
 * @param bytesPerSecond null for no limit
 * @param setBy who set it in place of what the configuration says; null where that is in force
 */
public record BandwidthLimit(
        @Nullable Long bytesPerSecond,
        @Nullable Instant setAt,
        @Nullable String setBy,
        @Nullable String reason) {
    /** For a query that names the rows that people write {@code b}, and what the configuration limits {@code %1$s}. */
    static final String COLUMNS = """
            b.set_at, b.set_by, b.reason AS set_because,
            CASE WHEN b.set_by IS NULL THEN %1$s.bytes_per_second ELSE b.bytes_per_second END AS bytes_per_second
            """;

    /** Returns null where nothing is limited and nobody said anything about it. */
    static @Nullable BandwidthLimit read(ResultSet row) throws SQLException {
        Long bytes = row.getObject("bytes_per_second", Long.class);
        String by = row.getString("set_by");
        return bytes == null && by == null
                ? null
                : new BandwidthLimit(bytes, Rows.instantOrNull(row, "set_at"), by, row.getString("set_because"));
    }

    /** Returns it as a sentence without a full stop, alike on pages and on the command line. */
    @JsonProperty("words")
    public String words() {
        String most = bytesPerSecond == null ? "no limit" : "at most " + Wording.bytes(bytesPerSecond) + "/s";
        String by = setBy == null ? "" : ", set by " + setBy;
        return most + by + (reason == null || reason.isEmpty() ? "" : ": " + reason);
    }
}
