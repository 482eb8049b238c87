package io.freshet.web.report;

import io.freshet.journal.RunRecord;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** How a report is written; an object for each report. What is not ended by {@link #end} must not look complete. */
sealed interface ReportFormat permits CsvReport, JsonReport {
    /**
     * Writes what comes before the lines.
     *
     * @param outcome the only one asked for; null for all
     */
    void begin(RunRecord run, @Nullable String outcome) throws IOException;

    void line(ReportLine line) throws IOException;

    /** Writes what makes the report complete, and flushes. */
    void end() throws IOException;
}
