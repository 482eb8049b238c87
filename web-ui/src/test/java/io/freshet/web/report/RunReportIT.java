package io.freshet.web.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.database.TestDatabase;
import io.freshet.journal.JournalRows;
import io.freshet.journal.RunHistory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RunReportIT {
    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private RunHistory runs;

    @BeforeEach
    void fill() {
        JournalRows rows = new JournalRows(database.jdbcClient());
        rows.source("content", "/mnt/sync").target("content", "web1");
        rows.run("web1", 1, "COMPLETED", 20_000, 0, Duration.ofMinutes(3));
        rows.sql("""
                INSERT INTO delivery (target_id, run_number, path, outcome, seq, first_dirty_at)
                SELECT target_id, 1, 'many/' || i, 'TRANSFERRED', i, now() FROM target, generate_series(1, 20000) i
                """);
        runs = new RunHistory(database.jdbcClient());
    }

    /** What is not read yet when the first line is written can still vanish; a reader that had read on would have it. */
    @Test
    void holdsOnePageAndNoTransaction() throws IOException {
        RunReport report = new RunReport(runs, runs.find("web1", 1).orElseThrow(), null);
        ByteArrayOutputStream out = new ByteArrayOutputStream() {
            private boolean isBegun;

            @Override
            public synchronized void write(byte[] bytes, int offset, int length) {
                if (!isBegun) {
                    isBegun = true;
                    assertThat(sessionsInTransaction()).isZero();
                    database.jdbcClient().sql("TRUNCATE delivery").update();
                }
                super.write(bytes, offset, length);
            }
        };
        report.write(new CsvReport(out));
        assertThat(out.toString(java.nio.charset.StandardCharsets.UTF_8).lines())
                .hasSize(2 + RunReport.PAGE);
    }

    /** What the collector finds alive of it, from the first line to the last, is a page and the one being read. */
    @Test
    void holdsNoMoreInALongReport() throws IOException {
        JournalRows rows = new JournalRows(database.jdbcClient());
        rows.sql("""
                INSERT INTO delivery (target_id, run_number, path, outcome, seq, first_dirty_at)
                SELECT target_id, 1, 'more/' || i, 'TRANSFERRED', i, now() FROM target, generate_series(20001, 60000) i
                """);
        RunReport report = new RunReport(runs, runs.find("web1", 1).orElseThrow(), null);
        List<Long> held = new ArrayList<>();
        OutputStream out = new OutputStream() {
            private long written;

            @Override
            public void write(int one) {
                throw new IllegalStateException("written byte by byte");
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                if ((written + length) / 500_000 > written / 500_000) {
                    held.add(linesAlive());
                }
                written += length;
            }
        };
        report.write(new CsvReport(out));
        assertThat(held).hasSizeGreaterThan(2).allMatch(lines -> lines > 0 && lines <= 2 * RunReport.PAGE);
    }

    private static long linesAlive() {
        try {
            String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
            return histogram
                    .lines()
                    .map(line -> line.strip().split("\\s+"))
                    .filter(line -> line.length >= 4 && line[3].equals(RunHistory.DeliveryLine.class.getName()))
                    .mapToLong(line -> Long.parseLong(line[1]))
                    .sum();
        } catch (JMException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private long sessionsInTransaction() {
        return database.jdbcClient()
                .sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND state LIKE 'idle in transaction%'")
                .query(Long.class)
                .single();
    }
}
