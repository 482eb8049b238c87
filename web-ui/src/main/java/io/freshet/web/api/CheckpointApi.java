package io.freshet.web.api;

import io.freshet.journal.Checkpoint;
import io.freshet.journal.CheckpointBook;
import io.freshet.web.account.Actor;
import io.freshet.web.action.CheckpointActions;
import io.freshet.web.action.RefusedException;
import io.freshet.web.evidence.CheckpointEvidence;
import io.freshet.web.evidence.EvidenceKey;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import tools.jackson.databind.node.ObjectNode;

/** Checkpoints: creating, looking, waiting, and evidence of them. */
@RestController
@RequestMapping("/api/v1")
final class CheckpointApi {
    private static final long LONGEST_WAIT_SECONDS = 24 * 3600;
    private static final long DEFAULT_WAIT_SECONDS = 60;

    private final CheckpointActions actions;
    private final CheckpointBook checkpoints;
    private final CheckpointDesk desk;
    private final CheckpointEvidence evidence;
    private final EvidenceKey key;

    CheckpointApi(
            CheckpointActions actions,
            CheckpointBook checkpoints,
            CheckpointDesk desk,
            CheckpointEvidence evidence,
            EvidenceKey key) {
        this.actions = actions;
        this.checkpoints = checkpoints;
        this.desk = desk;
        this.evidence = evidence;
        this.key = key;
    }

    @GetMapping("/checkpoints")
    Page<CheckpointBook.Summary> list(
            Actor actor,
            @RequestParam(required = false) @Nullable String source,
            @RequestParam(required = false) @Nullable Long after,
            @RequestParam(defaultValue = "200") int limit) {
        List<CheckpointBook.Summary> found = checkpoints.list(source, after, Page.limit(limit) + 1);
        return Page.of(found, limit, last -> Long.toString(last.id()));
    }

    /** Answers when the watcher has said up to which change everything is journaled; no thread is kept meanwhile. */
    @PostMapping("/checkpoints")
    DeferredResult<Checkpoint> create(Actor actor, @RequestBody CreateRequest request) {
        CheckpointActions.Wanted wanted =
                actions.wanted(actor, request.label, request.path, request.source, request.reason);
        Duration timeout = timeout(request.timeoutSeconds);
        return deferred(desk.create(wanted, timeout), timeout);
    }

    @GetMapping("/checkpoints/{label}")
    Checkpoint show(Actor actor, @PathVariable String label, @RequestParam(required = false) @Nullable String source) {
        return actions.find(label, source);
    }

    /** Answers when the checkpoint is recorded as complete, or a person has to act, or the time is over. */
    @PostMapping("/checkpoints/{label}/wait")
    DeferredResult<WaitAnswer> await(
            Actor actor, @PathVariable String label, @RequestBody(required = false) @Nullable WaitRequest request) {
        Checkpoint found = actions.find(label, request == null ? null : request.source);
        Duration timeout = timeout(request == null ? null : request.timeoutSeconds);
        return deferred(desk.await(found.source(), label, timeout), timeout);
    }

    /** What is claimed of the checkpoint as of now, signed. */
    @GetMapping("/checkpoints/{label}/evidence")
    ObjectNode evidence(
            Actor actor, @PathVariable String label, @RequestParam(required = false) @Nullable String source) {
        return evidence.of(actions.find(label, source));
    }

    @GetMapping("/checkpoint-key")
    PublicKey publicKey(Actor actor) {
        return new PublicKey(key.publicPem());
    }

    private static Duration timeout(@Nullable Long seconds) {
        long asked = seconds == null ? DEFAULT_WAIT_SECONDS : seconds;
        if (asked < 0 || asked > LONGEST_WAIT_SECONDS) {
            throw RefusedException.wrong(
                    "timeoutSeconds is out of range", "Give 0 to " + LONGEST_WAIT_SECONDS + " seconds.");
        }
        return Duration.ofSeconds(asked);
    }

    private static <T> DeferredResult<T> deferred(CompletableFuture<T> answer, Duration timeout) {
        // The servlet container's own time-out must not be the shorter one.
        DeferredResult<T> result = new DeferredResult<>(timeout.plusSeconds(30).toMillis());
        CompletableFuture<?> unused = answer.handle(
                (done, failure) -> failure == null ? result.setResult(done) : result.setErrorResult(failure));
        return result;
    }

    /**
     * A checkpoint to create.
     *
     * @param path null for the whole source
     * @param source null where that is not in doubt
     * @param timeoutSeconds for the watcher to answer; 60 if null
     */
    record CreateRequest(
            @Nullable String label,
            @Nullable String path,
            @Nullable String source,
            @Nullable String reason,
            @Nullable Long timeoutSeconds) {}

    /** @param timeoutSeconds 60 if null */
    record WaitRequest(@Nullable String source, @Nullable Long timeoutSeconds) {}

    /** @param publicKey the key that evidence is signed with, in PEM */
    record PublicKey(String publicKey) {}
}
