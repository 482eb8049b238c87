package io.freshet.journal;

import java.sql.Array;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What targets can do, as it was found out when they were reached, to be shown. Thread-safe. */
public final class CapabilityBook {
    private final JdbcClient jdbc;

    public CapabilityBook(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Returns it for an active target. */
    public Found of(String target) {
        return jdbc.sql("""
                        SELECT ts.capabilities, ts.capabilities_at FROM target t LEFT JOIN target_state ts USING (target_id)
                        WHERE t.name = :target AND t.active
                        """)
                .param("target", target)
                .query((row, number) ->
                        new Found(names(row.getArray("capabilities")), Rows.instantOrNull(row, "capabilities_at")))
                .single();
    }

    private static List<String> names(@Nullable Array column) throws SQLException {
        return column == null ? List.of() : List.of((String[]) Objects.requireNonNull(column.getArray()));
    }

    /**
     * What a target can do.
     *
     * @param capabilities the names of {@link io.freshet.target.Capability}
     * @param since when it was found to be so; null where it was never reached
     */
    public record Found(List<String> capabilities, @Nullable Instant since) {
        public Found {
            capabilities = List.copyOf(capabilities);
        }
    }
}
