package io.freshet.journal;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Columns of rows as arrays, to be joined in SQL by {@code unnest}. */
final class Columns {
    private Columns() {}

    static <T> @Nullable String[] text(Collection<T> rows, Function<T, ? extends @Nullable Object> column) {
        @Nullable String[] values = new @Nullable String[rows.size()];
        int i = 0;
        for (T row : rows) {
            Object value = column.apply(row);
            values[i++] = value == null ? null : value.toString();
        }
        return values;
    }

    static <T> Long[] number(Collection<T> rows, ToLongFunction<T> column) {
        return rows.stream().map(column::applyAsLong).toArray(Long[]::new);
    }

    /** Moments as microseconds since the epoch, for {@code timestamptz 'epoch' + n * interval '1 microsecond'}. */
    static <T> Long[] micros(List<T> rows, Function<T, Instant> column) {
        return number(rows, row -> ChronoUnit.MICROS.between(Instant.EPOCH, column.apply(row)));
    }
}
