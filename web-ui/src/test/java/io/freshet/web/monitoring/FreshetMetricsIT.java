package io.freshet.web.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.database.TestDatabase;
import io.freshet.journal.DatabaseSpace;
import io.freshet.journal.JournalRows;
import io.freshet.journal.OpeningHours;
import io.freshet.journal.Readings;
import io.freshet.journal.RetentionBook;
import io.freshet.journal.TargetOverview;
import io.freshet.journal.Wording;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

class FreshetMetricsIT {
    private static final int TARGETS = 12;

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private final AtomicInteger statements = new AtomicInteger();

    /** Also where queues are too long to be counted. */
    @Test
    void aScrapeAsksForAllTargetsAtOnce() {
        JournalRows rows = new JournalRows(database.jdbcClient()).source("content", "/mnt/sync");
        rows.target("content", "web0");
        try (PatientReader reader = new PatientReader(Duration.ofSeconds(30))) {
            DataSource counted = counting(database.dataSource());
            JdbcClient jdbc = JdbcClient.create(counted);
            FreshetMetrics metrics = new FreshetMetrics(
                    new TargetOverview(jdbc, OpeningHours.ALWAYS, new Wording(ZoneId.of("UTC"))),
                    new Readings(jdbc),
                    new RetentionBook(counted),
                    new DatabaseSpace(counted),
                    reader,
                    new Node("node1", "test"));
            assertThat(series(metrics.collect(), "freshet_target_entries")).isEqualTo(1);
            assertThat(statements).hasValue(13);

            for (int i = 1; i < TARGETS; i++) {
                rows.target("content", "web" + i);
            }
            rows.sql("""
                    INSERT INTO work_item (target_id, path, kind, first_seq, seq, first_dirty_at, lane, ready_at)
                    SELECT target_id, 'f' || n, 'PATH', n, n, now(), 'BULK', now()
                    FROM target, generate_series(1, 12000) n WHERE name IN ('web1', 'web2')
                    """);
            rows.sql("ANALYZE work_item");
            statements.set(0);
            MetricSnapshots snapshots = metrics.collect();
            assertThat(series(snapshots, "freshet_target_entries")).isEqualTo(TARGETS);
            assertThat(statements).hasValue(17);
        }
    }

    private static long series(MetricSnapshots snapshots, String name) {
        return snapshots.stream()
                .filter(snapshot -> snapshot.getMetadata().getName().equals(name))
                .mapToLong(snapshot -> snapshot.getDataPoints().size())
                .sum();
    }

    private DataSource counting(DataSource counted) {
        return proxy(
                DataSource.class,
                counted,
                "Connection",
                connection -> proxy(Connection.class, (Connection) connection, "Statement", statement -> {
                    statements.incrementAndGet();
                    return statement;
                }));
    }

    private interface Change {
        Object of(Object value);
    }

    private static <T> T proxy(Class<T> type, T object, String suffix, Change change) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, called, arguments) -> {
                    try {
                        Object result = called.invoke(object, arguments);
                        return called.getName().endsWith(suffix) ? change.of(result) : result;
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                }));
    }
}
