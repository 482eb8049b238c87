package io.freshet.web.api;

import io.freshet.journal.Outcome;
import io.freshet.journal.RunHistory;
import io.freshet.journal.RunRecord;
import io.freshet.journal.RunRequest;
import io.freshet.web.account.Actor;
import io.freshet.web.action.Actions;
import io.freshet.web.action.MissingRun;
import io.freshet.web.action.RefusedException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Runs: which there were, what each did, and what to do with one. */
@RestController
@RequestMapping("/api/v1")
final class RunApi {
    private final RunHistory runs;
    private final Actions actions;

    RunApi(RunHistory runs, Actions actions) {
        this.runs = runs;
        this.actions = actions;
    }

    @GetMapping("/runs")
    Page<RunRecord> list(
            Actor actor,
            @RequestParam(required = false) @Nullable String target,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "50") int limit) {
        int size = Page.limit(limit);
        actions.targets(target);
        List<RunRecord> found;
        try {
            found = target == null
                    ? runs.ofAll(after == null ? null : RunHistory.RunKey.parse(after), size + 1)
                    : runs.ofTarget(target, after == null ? null : Long.valueOf(after), size + 1);
        } catch (IllegalArgumentException e) {
            throw RefusedException.wrong("after is no key", String.valueOf(e.getMessage()));
        }
        return Page.of(
                found, size, last -> target == null ? RunHistory.RunKey.of(last).text() : Long.toString(last.run()));
    }

    @GetMapping("/targets/{target}/runs/{run}")
    RunRecord find(Actor actor, @PathVariable String target, @PathVariable long run) {
        return known(target, run);
    }

    @GetMapping("/targets/{target}/runs/{run}/deliveries")
    Page<RunHistory.DeliveryLine> deliveries(
            Actor actor,
            @PathVariable String target,
            @PathVariable long run,
            @RequestParam(required = false) @Nullable String outcome,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "200") int limit) {
        known(target, run);
        int size = Page.limit(limit);
        if (outcome != null
                && Stream.of(Outcome.values()).noneMatch(one -> one.name().equals(outcome))) {
            throw RefusedException.wrong(
                    "There is no outcome " + outcome, "Outcomes are: " + List.of(Outcome.values()) + ".");
        }
        List<RunHistory.DeliveryLine> found;
        try {
            found = runs.deliveries(
                    target, run, outcome, after == null ? null : RunHistory.DeliveryKey.parse(after), size + 1);
        } catch (IllegalArgumentException e) {
            throw RefusedException.wrong("after is no key", String.valueOf(e.getMessage()));
        }
        return Page.of(found, size, last -> last.key());
    }

    @PostMapping("/targets/{target}/runs/{run}/rerun")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void rerun(Actor actor, @PathVariable String target, @PathVariable long run) {
        actions.ofRun(actor, target, run, RunRequest.Action.RERUN_FAILED);
    }

    @PostMapping("/targets/{target}/runs/{run}/restart")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void restart(Actor actor, @PathVariable String target, @PathVariable long run) {
        actions.ofRun(actor, target, run, RunRequest.Action.RESTART);
    }

    @PostMapping("/targets/{target}/runs/{run}/stop")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void stop(Actor actor, @PathVariable String target, @PathVariable long run) {
        actions.ofRun(actor, target, run, RunRequest.Action.STOP);
    }

    private RunRecord known(String target, long run) {
        actions.targets(target);
        return runs.find(target, run).orElseThrow(() -> MissingRun.of(runs, target, run));
    }
}
