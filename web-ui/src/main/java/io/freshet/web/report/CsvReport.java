package io.freshet.web.report;

import io.freshet.journal.RunRecord;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * RFC 4180 in UTF-8: a header line, a line per path, and as its last one the run itself, whose outcome is {@code RUN}: without it
 * the report is not complete. Paths are in the reversible text form. What a spreadsheet could take for a formula gets an
 * apostrophe before it, and so does what begins with one: taking one apostrophe away gives the value back.
 */
final class CsvReport implements ReportFormat {
    private static final String HEADER =
            "path,outcome,deliveredAt,tookMillis,bytes,sha256,movedFrom,reason,errorCode\r\n";
    // The wide forms of = + - @ are taken for them where East Asian input is usual.
    private static final String NOT_FIRST = "=+-@\t\r\n'\uFF1D\uFF0B\uFF0D\uFF20";
    // Those that spreadsheets of some countries, or on import, take for the end of a field are quoted, too.
    private static final String QUOTED = ",;\t\"\r\n";

    private final Writer out;
    private @Nullable RunRecord run;

    CsvReport(OutputStream out) {
        this.out = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    }

    @Override
    public void begin(RunRecord record, @Nullable String outcome) throws IOException {
        run = record;
        out.write(HEADER);
    }

    @Override
    public void line(ReportLine line) throws IOException {
        write(
                line.path(),
                line.outcome(),
                line.deliveredAt(),
                line.tookMillis(),
                line.bytes(),
                line.sha256(),
                line.movedFrom(),
                line.reason(),
                line.errorCode());
    }

    @Override
    public void end() throws IOException {
        if (run == null) {
            throw new IllegalStateException("a report ends after it has begun");
        }
        Instant ended = run.endedAt();
        Long took =
                ended == null ? null : Duration.between(run.startedAt(), ended).toMillis();
        write("", "RUN", ended, took, run.bytes(), null, null, summary(run), run.errorCode());
        out.flush();
    }

    private static String summary(RunRecord run) {
        return run.state() + "; policy " + run.policy()
                + (run.policyVersion() == null ? "" : " version " + run.policyVersion()) + "; transferred "
                + run.transferred() + ", renamed "
                + run.renamed()
                + ", deleted " + run.deleted() + ", metadata " + run.metadata() + ", adopted " + run.adopted()
                + ", unchanged " + run.unchanged() + ", excluded " + run.excluded() + ", unsupported "
                + run.unsupported()
                + ", held " + run.held() + ", failed " + run.failed() + ", verified " + run.verified() + ", differing "
                + run.differing() + ", extra " + run.extra()
                + (run.deliveriesSince() == null
                        ? ""
                        : "; paths from before " + run.deliveriesSince() + " are not kept any more")
                + (run.unlisted() == 0
                        ? ""
                        : "; " + run.unlisted() + " more are counted and not listed: the database was short of space")
                + (run.error() == null ? "" : "; " + run.error());
    }

    private void write(@Nullable Object... values) throws IOException {
        String separator = "";
        for (Object value : values) {
            out.write(separator);
            // Numbers are ours, and none of them is negative.
            out.write(value == null ? "" : field(value.toString()));
            separator = ",";
        }
        out.write("\r\n");
    }

    private static String field(String value) {
        String inert = !value.isEmpty() && NOT_FIRST.indexOf(value.charAt(0)) >= 0 ? "'" + value : value;
        boolean isPlain = inert.chars().noneMatch(c -> QUOTED.indexOf(c) >= 0);
        return isPlain ? inert : '"' + inert.replace("\"", "\"\"") + '"';
    }
}
