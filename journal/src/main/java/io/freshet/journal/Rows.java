package io.freshet.journal;

import io.freshet.failure.ErrorCode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reading columns as the types that the records here have. */
final class Rows {
    /** Counting stops here: what is above is an estimate, or "more than". */
    static final int COUNT_LIMIT = 10_001;

    private Rows() {}

    static Instant instant(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(row.getObject(column, OffsetDateTime.class), column)
                .toInstant();
    }

    static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
        OffsetDateTime moment = row.getObject(column, OffsetDateTime.class);
        return moment == null ? null : moment.toInstant();
    }

    /** The names of the error codes that trying again does not mend. */
    static String[] codesThatNeedAPerson() {
        return Stream.of(ErrorCode.values())
                .filter(code -> code.kind() != ErrorCode.Kind.TRANSIENT)
                .map(Enum::name)
                .toArray(String[]::new);
    }

    static boolean needsPerson(@Nullable String code) {
        return Stream.of(codesThatNeedAPerson()).anyMatch(name -> name.equals(code));
    }
}
