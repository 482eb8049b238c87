package io.freshet.journal;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The months in which the audit trail is kept, in UTC: three are made ahead, and old ones dropped. What comes in a month that is not
 * there yet stands in the default partition until it is moved; a month that has more there than can be moved at once is made in
 * parts.
 */
final class DeliveryPartitions {
    private static final int MONTHS_AHEAD = 3;
    private static final int MOVED_AT_ONCE = 50_000;

    private record Part(String name, Instant from, Instant end) {}

    private final PassTransactions transactions;
    private final JdbcClient jdbc;
    private final int movedAtOnce;

    DeliveryPartitions(PassTransactions transactions) {
        this(transactions, MOVED_AT_ONCE);
    }

    DeliveryPartitions(PassTransactions transactions, int movedAtOnce) {
        this.transactions = transactions;
        this.jdbc = transactions.jdbc();
        this.movedAtOnce = movedAtOnce;
    }

    /** @param before months that ended by then are dropped */
    Cleared keep(RetentionPass pass, Instant before) {
        Cleared cleared = new Cleared();
        for (YearMonth month : wanted(pass.now())) {
            try {
                if (end(month).isAfter(before)) {
                    complete(pass, month, cleared);
                } else {
                    cleared.add("deliveries without a month", deleteFromDefault(pass, month));
                }
            } catch (PessimisticLockingFailureException e) {
                cleared.postpone("the month " + month + " of deliveries (locked by somebody)");
            }
        }
        for (Part part : parts()) {
            if (!part.end.isAfter(before)) {
                detach(pass, part, cleared);
            }
        }
        transactions.dropDetached(pass, "delivery_[0-9]{4}_[0-9]{2}(_[0-9]+)?");
        return cleared;
    }

    private Set<YearMonth> wanted(Instant now) {
        Set<YearMonth> months = new TreeSet<>();
        for (int ahead = 0; ahead <= MONTHS_AHEAD; ahead++) {
            months.add(YearMonth.from(now.atOffset(ZoneOffset.UTC)).plusMonths(ahead));
        }
        jdbc.sql(
                        "SELECT DISTINCT date_trunc('month', delivered_at AT TIME ZONE 'UTC')::date AS month FROM delivery_default")
                .query((row, number) -> YearMonth.from(row.getObject("month", LocalDate.class)))
                .list()
                .forEach(months::add);
        return months;
    }

    private static Instant begin(YearMonth month) {
        return month.atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    private static Instant end(YearMonth month) {
        return begin(month.plusMonths(1));
    }

    private List<Part> parts() {
        return jdbc.sql("""
                        SELECT c.relname, bound[1]::timestamptz AS "from", bound[2]::timestamptz AS "end"
                        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                        CROSS JOIN LATERAL regexp_match(pg_get_expr(c.relpartbound, c.oid),
                            'FROM \\(''(.*)''\\) TO \\(''(.*)''\\)') AS bound
                        WHERE i.inhparent = 'delivery'::regclass AND bound IS NOT NULL
                        ORDER BY 2
                        """)
                .query((row, number) ->
                        new Part(row.getString("relname"), Rows.instant(row, "from"), Rows.instant(row, "end")))
                .list();
    }

    /** Makes what is missing of a month. */
    private void complete(RetentionPass pass, YearMonth month, Cleared cleared) {
        Instant reached = begin(month);
        Instant end = end(month);
        for (Part part : parts()) {
            if (part.end.isAfter(reached) && part.from.isBefore(end)) {
                makeUpTo(pass, reached, part.from, cleared);
                reached = part.end;
            }
        }
        makeUpTo(pass, reached, end, cleared);
    }

    private void makeUpTo(RetentionPass pass, Instant from, Instant end, Cleared cleared) {
        Instant reached = from;
        while (reached.isBefore(end)) {
            Instant next = movable(reached, end);
            cleared.add("deliveries moved into their month", make(pass, reached, next));
            reached = next;
        }
    }

    /** Returns up to where the default partition has no more than can be moved at once. */
    private Instant movable(Instant from, Instant end) {
        Optional<Instant> more = jdbc.sql("""
                        SELECT delivered_at FROM delivery_default WHERE delivered_at >= :from AND delivered_at < :end
                        ORDER BY delivered_at OFFSET :rows LIMIT 1
                        """)
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("end", end.atOffset(ZoneOffset.UTC))
                .param("rows", movedAtOnce)
                .query((row, number) -> Rows.instant(row, "delivered_at"))
                .optional();
        // What was delivered at one moment stays together.
        return more.map(moment -> moment.isAfter(from) ? moment : from.plus(1, ChronoUnit.MICROS))
                .orElse(end);
    }

    /**
     * Makes a partition with what the default partition has of it. Others can only add to the default partition, or read it,
     * before or after; an acknowledgement that goes elsewhere does not notice.
     *
     * @return how many deliveries were moved
     */
    private int make(RetentionPass pass, Instant from, Instant end) {
        return transactions.run(pass, () -> {
            String name = freeName(YearMonth.from(from.atOffset(ZoneOffset.UTC)));
            jdbc.sql("CREATE TABLE " + name + " (LIKE delivery INCLUDING ALL)").update();
            jdbc.sql("LOCK TABLE delivery_default IN ACCESS EXCLUSIVE MODE").update();
            int moved = jdbc.sql("""
                            WITH moved AS (
                                DELETE FROM delivery_default WHERE delivered_at >= :from AND delivered_at < :end RETURNING *)
                            INSERT INTO %s (delivered_at, target_id, run_number, path, outcome, moved_from, seq, first_dirty_at,
                                bytes, content_hash, reason, error_code)
                            SELECT delivered_at, target_id, run_number, path, outcome, moved_from, seq, first_dirty_at, bytes,
                                content_hash, reason, error_code
                            FROM moved
                            """.formatted(name))
                    .param("from", from.atOffset(ZoneOffset.UTC))
                    .param("end", end.atOffset(ZoneOffset.UTC))
                    .update();
            jdbc.sql("ALTER TABLE delivery ATTACH PARTITION " + name + " FOR VALUES FROM ('" + from + "') TO ('" + end
                            + "')")
                    .update();
            return moved;
        });
    }

    private String freeName(YearMonth month) {
        String name = "delivery_" + month.toString().replace('-', '_');
        int number = 1;
        while (isTaken(number == 1 ? name : name + "_" + number)) {
            number++;
        }
        return number == 1 ? name : name + "_" + number;
    }

    private boolean isTaken(String name) {
        return jdbc.sql("SELECT to_regclass(:name) IS NOT NULL")
                .param("name", name)
                .query(Boolean.class)
                .single();
    }

    private long deleteFromDefault(RetentionPass pass, YearMonth month) {
        return Slices.all(limit -> transactions.run(pass, () -> {
            since(end(month));
            return jdbc.sql("""
                            DELETE FROM delivery_default WHERE ctid = ANY (ARRAY (
                                SELECT ctid FROM delivery_default WHERE delivered_at >= :from AND delivered_at < :end LIMIT :limit))
                            """)
                    .param("from", begin(month).atOffset(ZoneOffset.UTC))
                    .param("end", end(month).atOffset(ZoneOffset.UTC))
                    .param("limit", limit)
                    .update();
        }));
    }

    private void detach(RetentionPass pass, Part part, Cleared cleared) {
        try {
            transactions.run(pass, () -> {
                since(part.end);
                return jdbc.sql("ALTER TABLE delivery DETACH PARTITION " + part.name)
                        .update();
            });
            cleared.add("months of deliveries", 1);
        } catch (PessimisticLockingFailureException e) {
            cleared.postpone("deliveries in " + part.name + " (locked by somebody)");
        }
    }

    /** Pages say from when on there are deliveries, from the moment on at which there are none from before. */
    private void since(Instant moment) {
        jdbc.sql("UPDATE retention SET deliveries_since = greatest(deliveries_since, :since)")
                .param("since", moment.atOffset(ZoneOffset.UTC))
                .update();
    }
}
