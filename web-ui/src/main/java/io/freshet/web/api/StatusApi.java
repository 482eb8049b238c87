package io.freshet.web.api;

import io.freshet.journal.PathAnswer;
import io.freshet.journal.PathAnswers;
import io.freshet.journal.PathCompletion;
import io.freshet.journal.Status;
import io.freshet.journal.TargetOverview;
import io.freshet.journal.TargetStatus;
import io.freshet.journal.VerificationBook;
import io.freshet.web.account.Actor;
import io.freshet.web.action.Actions;
import io.freshet.web.action.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

/** Looking: how far everything is, where a path is, and waiting until it has arrived. */
@RestController
@RequestMapping("/api/v1")
final class StatusApi {
    private static final long LONGEST_WAIT_SECONDS = 24 * 3600;
    private static final long DEFAULT_WAIT_SECONDS = 60;

    private final TargetOverview overview;
    private final PathAnswers paths;
    private final PathCompletion completion;
    private final Actions actions;
    private final WaitDesk waits;
    private final VerificationBook verifications;

    StatusApi(
            TargetOverview overview,
            PathAnswers paths,
            PathCompletion completion,
            Actions actions,
            WaitDesk waits,
            VerificationBook verifications) {
        this.overview = overview;
        this.paths = paths;
        this.completion = completion;
        this.actions = actions;
        this.waits = waits;
        this.verifications = verifications;
    }

    @GetMapping("/status")
    Status status(Actor actor) {
        return overview.read();
    }

    @GetMapping("/targets/{target}")
    TargetStatus target(Actor actor, @PathVariable String target) {
        actions.targets(target);
        return overview.read().targets().stream()
                .filter(status -> status.target().equals(target))
                .findFirst()
                .orElseThrow();
    }

    @GetMapping("/targets/{target}/verifications")
    List<VerificationAnswer> verifications(
            Actor actor, @PathVariable String target, @RequestParam(defaultValue = "20") int limit) {
        actions.targets(target);
        return verifications.latest(target, Page.limit(limit)).stream()
                .map(VerificationAnswer::of)
                .toList();
    }

    /** What the target holds and we never put there, as of its last verification. */
    @GetMapping("/targets/{target}/extras")
    Page<VerificationBook.ExtraPath> extras(
            Actor actor,
            @PathVariable String target,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "200") int limit) {
        actions.targets(target);
        List<VerificationBook.ExtraPath> found = verifications.extras(target, after, Page.limit(limit) + 1);
        return Page.of(found, limit, VerificationBook.ExtraPath::path);
    }

    /** Completes a path that is being typed: what is in its last directory and begins as it does. */
    @GetMapping("/paths")
    List<PathCompletion.Name> paths(
            Actor actor,
            @RequestParam String prefix,
            @RequestParam(required = false) @Nullable String source,
            @RequestParam(defaultValue = "20") int limit) {
        try {
            return completion.complete(prefix, source, Page.limit(limit));
        } catch (IllegalArgumentException e) {
            throw RefusedException.wrong("This is no path", String.valueOf(e.getMessage()));
        }
    }

    @GetMapping("/where")
    List<PathAnswer> where(
            Actor actor,
            @RequestParam String path,
            @RequestParam(required = false) @Nullable String source,
            @RequestParam(required = false) @Nullable String target) {
        actions.targets(target);
        return answers(path, source, target);
    }

    /** Answers when everything has arrived, or a person has to act, or the time is over; no thread is kept meanwhile. */
    @PostMapping("/wait")
    DeferredResult<WaitAnswer> await(Actor actor, @RequestBody(required = false) @Nullable WaitRequest request) {
        WaitRequest asked = request == null ? new WaitRequest(null, null, null, null) : request;
        long seconds = asked.timeoutSeconds == null ? DEFAULT_WAIT_SECONDS : asked.timeoutSeconds;
        if (seconds < 0 || seconds > LONGEST_WAIT_SECONDS) {
            throw RefusedException.wrong(
                    "timeoutSeconds is out of range", "Give 0 to " + LONGEST_WAIT_SECONDS + " seconds.");
        }
        actions.targets(asked.target);
        // The servlet container's own time-out must not be the shorter one.
        DeferredResult<WaitAnswer> result =
                new DeferredResult<>(Duration.ofSeconds(seconds + 30).toMillis());
        CompletableFuture<WaitAnswer> answer = waits.await(scopes(asked), Duration.ofSeconds(seconds));
        CompletableFuture<?> unused = answer.handle(
                (done, failure) -> failure == null ? result.setResult(done) : result.setErrorResult(failure));
        return result;
    }

    private List<WaitDesk.Scope> scopes(WaitRequest asked) {
        List<WaitDesk.Scope> scopes = new ArrayList<>();
        if (asked.path != null && !asked.path.isBlank()) {
            for (PathAnswer answer : answers(asked.path, asked.source, asked.target)) {
                scopes.add(new WaitDesk.Scope(
                        answer.source(),
                        answer.path(),
                        answer.targets().stream()
                                .map(PathAnswer.AtTarget::target)
                                .toList()));
            }
        } else {
            Map<String, List<TargetStatus>> bySource = overview.read().targets().stream()
                    .filter(one -> asked.source == null || one.source().equals(asked.source))
                    .filter(one -> asked.target == null || one.target().equals(asked.target))
                    .collect(Collectors.groupingBy(TargetStatus::source));
            bySource.forEach((source, targets) -> scopes.add(new WaitDesk.Scope(
                    source, "", targets.stream().map(TargetStatus::target).toList())));
        }
        if (scopes.isEmpty()) {
            throw RefusedException.unknown(
                    "There is nothing to wait for", "No source and target fit. `freshet status` lists them.");
        }
        return scopes;
    }

    private List<PathAnswer> answers(String path, @Nullable String source, @Nullable String target) {
        try {
            List<PathAnswer> answers = paths.where(path, source, target);
            if (answers.isEmpty()) {
                throw RefusedException.unknown(
                        "No source has this path",
                        "'" + path + "' lies in no source and on no target. Give a path relative to a source.");
            }
            return answers;
        } catch (IllegalArgumentException e) {
            throw RefusedException.wrong("This is no path", String.valueOf(e.getMessage()));
        }
    }

    /**
     * What to wait for.
     *
     * @param target only this one; null for all
     * @param path this and what is below; null for everything
     * @param timeoutSeconds 60 if null
     */
    record WaitRequest(
            @Nullable String target,
            @Nullable String path,
            @Nullable String source,
            @Nullable Long timeoutSeconds) {}
}
