package io.freshet.web.report;

import io.freshet.journal.RunHistory;
import io.freshet.journal.RunHistory.DeliveryKey;
import io.freshet.journal.RunHistory.DeliveryLine;
import io.freshet.journal.RunRecord;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a run did, path by path, problems first. Holds one page of lines, and a connection to the database only while it
 * reads one: however slowly it is read, nothing in the database waits for it. To be used once, by one thread.
 */
final class RunReport {
    static final int PAGE = 1000;

    private final RunHistory runs;
    private final RunRecord run;
    private final @Nullable String outcome;
    private List<DeliveryLine> page;

    /**
     * Reads the first page, so that a database that is away is told before anything is sent.
     *
     * @param outcome the only one to report; null for all
     */
    RunReport(RunHistory runs, RunRecord run, @Nullable String outcome) {
        this.runs = runs;
        this.run = run;
        this.outcome = outcome;
        this.page = read(null);
    }

    /**
     * Writes all of it.
     *
     * @throws IOException if it cannot be written
     * @throws org.springframework.dao.DataAccessException if it cannot be read; what is written then is not complete, and does
     *     not look so where the format can tell
     */
    void write(ReportFormat format) throws IOException {
        format.begin(run, outcome);
        while (!page.isEmpty()) {
            for (DeliveryLine line : page) {
                format.line(ReportLine.of(line));
            }
            page = page.size() < PAGE
                    ? List.of()
                    : read(DeliveryKey.parse(page.get(PAGE - 1).key()));
        }
        format.end();
    }

    private List<DeliveryLine> read(@Nullable DeliveryKey after) {
        return runs.deliveries(run.target(), run.run(), outcome, after, PAGE);
    }
}
