package io.freshet.journal;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The planner's idea of how many rows of {@code work_item} meet a condition: free, and near enough for a number above ten
 * thousand. Thread-safe.
 */
final class RowEstimates {
    private static final Pattern SCAN = Pattern.compile(" w(\\d+)  \\(cost=\\S+ rows=(\\d+) ");

    private final JdbcClient jdbc;

    RowEstimates(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Returns them by the keys of the conditions. Nothing is executed; the function, which the planner takes for a write,
     * keeps it from parallel plans, whose rows are those of one worker.
     */
    Map<Integer, Long> of(Map<Integer, String> conditions) {
        String queries = conditions.entrySet().stream()
                .map(one -> "SELECT pg_current_xact_id() FROM work_item w" + one.getKey() + " WHERE " + one.getValue())
                .collect(Collectors.joining(" UNION ALL "));
        Map<Integer, Long> estimates = new HashMap<>();
        if (!queries.isEmpty()) {
            for (String line : jdbc.sql("EXPLAIN (FORMAT TEXT) " + queries)
                    .query(String.class)
                    .list()) {
                Matcher scan = SCAN.matcher(line);
                if (scan.find()) {
                    estimates.put(
                            Integer.valueOf(scan.group(1)), Math.max(Rows.COUNT_LIMIT, Long.parseLong(scan.group(2))));
                }
            }
        }
        return estimates;
    }
}
