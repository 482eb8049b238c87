package io.freshet.web.page;

import io.freshet.journal.LaneOutlooks;
import io.freshet.journal.Outcome;
import io.freshet.journal.PathAnswer;
import io.freshet.journal.PathAnswers;
import io.freshet.journal.PolicyBook;
import io.freshet.journal.ProgressReports;
import io.freshet.journal.Requests;
import io.freshet.journal.RetentionBook;
import io.freshet.journal.RunHistory;
import io.freshet.journal.RunRecord;
import io.freshet.journal.RunState;
import io.freshet.journal.Status;
import io.freshet.journal.TargetOverview;
import io.freshet.web.account.Actor;
import io.freshet.web.action.Actions;
import io.freshet.web.action.MissingRun;
import io.freshet.web.action.RefusedException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** The pages to look at, and the same parts alone under {@code /fragments} for pages that are open. */
@Controller
final class LookController {
    private static final int RUNS_PER_PAGE = 50;
    private static final int DELIVERIES_PER_PAGE = 100;
    private static final int HISTORY = 20;

    private final TargetOverview overview;
    private final PathAnswers paths;
    private final RunHistory runs;
    private final Requests requests;
    private final ProgressReports progress;
    private final PolicyBook policies;
    private final LaneOutlooks outlooks;
    private final Actions actions;
    private final RetentionBook retention;

    LookController(
            TargetOverview overview,
            PathAnswers paths,
            RunHistory runs,
            Requests requests,
            ProgressReports progress,
            PolicyBook policies,
            LaneOutlooks outlooks,
            Actions actions,
            RetentionBook retention) {
        this.overview = overview;
        this.paths = paths;
        this.runs = runs;
        this.requests = requests;
        this.progress = progress;
        this.policies = policies;
        this.outlooks = outlooks;
        this.actions = actions;
        this.retention = retention;
    }

    @GetMapping("/")
    String overview(Actor actor, Model model) {
        Status status = overview.read();
        model.addAttribute("status", status);
        model.addAttribute("sources", Verdict.sorted(status));
        model.addAttribute("verdict", Verdict.of(status));
        return "overview";
    }

    @GetMapping("/fragments/overview")
    String overviewPart(Actor actor, Model model) {
        overview(actor, model);
        return "overview :: live";
    }

    @GetMapping("/system")
    String system(Actor actor, Model model) {
        Status status = overview.read();
        model.addAttribute("status", status);
        model.addAttribute("sources", status.sources());
        model.addAttribute("retention", retention.state());
        return "system";
    }

    @GetMapping("/fragments/system")
    String systemPart(Actor actor, Model model) {
        system(actor, model);
        return "system :: live";
    }

    @GetMapping("/where")
    String where(
            Actor actor,
            Model model,
            @RequestParam(defaultValue = "") String path,
            @RequestParam(required = false) @Nullable String source) {
        model.addAttribute("asked", path);
        model.addAttribute("source", given(source));
        model.addAttribute("answers", List.of());
        if (path.isBlank()) {
            return "where";
        }
        try {
            List<PathAnswer> answers = paths.where(path, given(source), null);
            model.addAttribute("answers", answers);
            if (answers.isEmpty()) {
                model.addAttribute("problem", "This path lies in no source and on no target.");
            } else {
                model.addAttribute(
                        "history",
                        runs.deliveriesOf(
                                answers.get(0).source(), answers.get(0).path(), HISTORY));
            }
        } catch (IllegalArgumentException e) {
            model.addAttribute("problem", e.getMessage());
        }
        return "where";
    }

    @GetMapping("/fragments/where")
    String wherePart(
            Actor actor,
            Model model,
            @RequestParam String path,
            @RequestParam(required = false) @Nullable String source) {
        where(actor, model, path, source);
        return "where :: live";
    }

    @GetMapping("/runs")
    String runs(
            Actor actor,
            Model model,
            @RequestParam(name = "target", required = false) @Nullable String ofTarget,
            @RequestParam(required = false) @Nullable String after) {
        String target = given(ofTarget);
        actions.targets(target);
        List<RunRecord> found;
        try {
            found = target == null
                    ? runs.ofAll(after == null ? null : RunHistory.RunKey.parse(after), RUNS_PER_PAGE + 1)
                    : runs.ofTarget(target, after == null ? null : Long.valueOf(after), RUNS_PER_PAGE + 1);
        } catch (IllegalArgumentException e) {
            throw RefusedException.wrong("There is no such page of runs", String.valueOf(e.getMessage()));
        }
        boolean more = found.size() > RUNS_PER_PAGE;
        List<RunRecord> shown = more ? found.subList(0, RUNS_PER_PAGE) : found;
        model.addAttribute("target", target);
        model.addAttribute("after", after);
        model.addAttribute("runs", shown);
        if (more) {
            RunRecord last = shown.get(RUNS_PER_PAGE - 1);
            model.addAttribute(
                    "next", target == null ? RunHistory.RunKey.of(last).text() : Long.toString(last.run()));
        }
        return "runs";
    }

    @GetMapping("/fragments/runs")
    String runsPart(Actor actor, Model model, @RequestParam(required = false) @Nullable String target) {
        runs(actor, model, target, null);
        return "runs :: live";
    }

    @GetMapping("/targets/{target}/runs/{number}")
    String run(
            Actor actor,
            Model model,
            @PathVariable String target,
            @PathVariable long number,
            @RequestParam(name = "outcome", required = false) @Nullable String withOutcome,
            @RequestParam(required = false) @Nullable String after) {
        String outcome = given(withOutcome);
        fillRun(model, target, number);
        if (outcome != null
                && Stream.of(Outcome.values()).noneMatch(one -> one.name().equals(outcome))) {
            throw RefusedException.wrong(
                    "There is no outcome " + outcome, "Outcomes are: " + List.of(Outcome.values()) + ".");
        }
        List<RunHistory.DeliveryLine> found;
        try {
            found = runs.deliveries(
                    target,
                    number,
                    outcome,
                    after == null ? null : RunHistory.DeliveryKey.parse(after),
                    DELIVERIES_PER_PAGE + 1);
        } catch (IllegalArgumentException e) {
            throw RefusedException.wrong("There is no such page of this report", String.valueOf(e.getMessage()));
        }
        boolean more = found.size() > DELIVERIES_PER_PAGE;
        List<RunHistory.DeliveryLine> shown = more ? found.subList(0, DELIVERIES_PER_PAGE) : found;
        model.addAttribute("deliveries", shown);
        model.addAttribute("outcome", outcome);
        model.addAttribute("after", after);
        model.addAttribute("next", more ? shown.get(DELIVERIES_PER_PAGE - 1).key() : null);
        return "run";
    }

    @GetMapping("/fragments/targets/{target}/runs/{number}")
    String runPart(Actor actor, Model model, @PathVariable String target, @PathVariable long number) {
        fillRun(model, target, number);
        return "run :: live";
    }

    private void fillRun(Model model, String target, long number) {
        actions.targets(target);
        RunRecord run = runs.find(target, number).orElseThrow(() -> MissingRun.of(runs, target, number));
        Integer version = run.policyVersion();
        model.addAttribute("run", run);
        model.addAttribute(
                "policy",
                version == null ? null : policies.find(run.policy(), version).orElse(null));
        model.addAttribute("steps", runs.steps(target, number));
        model.addAttribute("progress", progress.read(target, number));
        model.addAttribute(
                "lanes",
                run.state() != RunState.RUNNING
                        ? List.of()
                        : outlooks.read(target).getOrDefault(target, List.of()).stream()
                                .filter(lane -> Objects.equals(lane.run(), number))
                                .toList());
        model.addAttribute("requests", requests.ofRun(target, number));
    }

    /** A link to "all" carries an empty parameter. */
    private static @Nullable String given(@Nullable String parameter) {
        return parameter == null || parameter.isEmpty() ? null : parameter;
    }
}
