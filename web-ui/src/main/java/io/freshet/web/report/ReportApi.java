package io.freshet.web.report;

import io.freshet.journal.Outcome;
import io.freshet.journal.RunHistory;
import io.freshet.journal.RunRecord;
import io.freshet.web.account.Actor;
import io.freshet.web.action.Actions;
import io.freshet.web.action.MissingRun;
import io.freshet.web.action.RefusedException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MimeTypeUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** The whole report of a run as a file, JSON or CSV, for as many paths as there are. */
@RestController
final class ReportApi {
    private static final Logger LOG = LoggerFactory.getLogger(ReportApi.class);
    private static final MediaType CSV = new MediaType("text", "csv", StandardCharsets.UTF_8);

    private final RunHistory runs;
    private final Actions actions;
    private final JsonMapper mapper;

    ReportApi(RunHistory runs, Actions actions, JsonMapper mapper) {
        this.runs = runs;
        this.actions = actions;
        this.mapper = mapper;
    }

    /** Written by the thread of the request, which is as slow as the reader. For programs, and below pages for people. */
    @GetMapping({"/api/v1/targets/{target}/runs/{run}/report", "/targets/{target}/runs/{run}/report"})
    void report(
            Actor actor,
            @PathVariable String target,
            @PathVariable long run,
            @RequestParam(name = "outcome", required = false) @Nullable String withOutcome,
            @RequestParam(required = false) @Nullable String format,
            @RequestHeader(name = HttpHeaders.ACCEPT, required = false) @Nullable String accept,
            HttpServletResponse response)
            throws IOException {
        actions.targets(target);
        RunRecord record = runs.find(target, run).orElseThrow(() -> MissingRun.of(runs, target, run));
        String outcome = withOutcome == null || withOutcome.isEmpty() ? null : withOutcome;
        if (outcome != null
                && Stream.of(Outcome.values()).noneMatch(one -> one.name().equals(outcome))) {
            throw RefusedException.wrong(
                    "There is no outcome " + outcome, "Outcomes are: " + List.of(Outcome.values()) + ".");
        }
        boolean isCsv = isCsv(format, accept);
        RunReport report = new RunReport(runs, record, outcome);
        response.setContentType((isCsv ? CSV : MediaType.APPLICATION_JSON).toString());
        response.setHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT);
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION,
                ContentDisposition.attachment()
                        .filename(target + "-run-" + run + (isCsv ? ".csv" : ".json"), StandardCharsets.UTF_8)
                        .build()
                        .toString());
        // From here on nothing else can be answered.
        response.flushBuffer();
        OutputStream out = response.getOutputStream();
        send(report, isCsv ? new CsvReport(out) : new JsonReport(mapper, out), record);
    }

    private static void send(RunReport report, ReportFormat format, RunRecord run) {
        try {
            report.write(format);
        } catch (IOException | JacksonException gone) {
            LOG.debug("Whoever asked for the report of run {} on {} is gone", run.run(), run.target(), gone);
            throw new BrokenOffException(gone);
        } catch (RuntimeException failure) {
            LOG.warn(
                    "The report of run {} on {} was broken off, and its reader's connection with it: {}",
                    run.run(),
                    run.target(),
                    failure.getMessage());
            throw new BrokenOffException(failure);
        }
    }

    /** JSON unless CSV is asked for, by name or by a preference for it. */
    private static boolean isCsv(@Nullable String format, @Nullable String accept) {
        if (format != null) {
            return switch (format) {
                case "csv" -> true;
                case "json" -> false;
                default -> throw RefusedException.wrong("There is no format " + format, "Give csv or json.");
            };
        }
        if (accept == null) {
            return false;
        }
        try {
            List<MediaType> accepted = MediaType.parseMediaTypes(accept);
            MimeTypeUtils.sortBySpecificity(accepted);
            return accepted.stream()
                    .filter(type -> type.isCompatibleWith(MediaType.APPLICATION_JSON) || type.isCompatibleWith(CSV))
                    .findFirst()
                    .map(type -> !type.isCompatibleWith(MediaType.APPLICATION_JSON))
                    .orElse(false);
        } catch (InvalidMimeTypeException | org.springframework.http.InvalidMediaTypeException unreadable) {
            throw RefusedException.wrong("Accept is not understood", "Give application/json or text/csv.");
        }
    }
}
