package io.freshet.web.api;

import io.freshet.journal.Hold;
import io.freshet.journal.HoldBook;
import io.freshet.web.account.Actor;
import io.freshet.web.action.Actions;
import io.freshet.web.action.RefusedException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Commanding: send now, rescan, verify, pause and resume, and deciding holds. */
@RestController
@RequestMapping("/api/v1")
final class CommandApi {
    private final Actions actions;
    private final HoldBook holds;

    CommandApi(Actions actions, HoldBook holds) {
        this.actions = actions;
        this.holds = holds;
    }

    @PostMapping("/send")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Actions.Sent send(Actor actor, @RequestBody SendRequest request) {
        if (request.path == null) {
            throw RefusedException.wrong("path is missing", "Name the folder or file to send, as {\"path\": \"…\"}.");
        }
        return actions.send(actor, request.path, request.source, request.target, text(request.reason));
    }

    @PostMapping("/targets/{target}/pause")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void pause(Actor actor, @PathVariable String target, @RequestBody(required = false) @Nullable Reason request) {
        actions.pause(actor, target, request == null ? "" : text(request.reason));
    }

    @PostMapping("/targets/{target}/resume")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void resume(Actor actor, @PathVariable String target) {
        actions.resume(actor, target);
    }

    @PostMapping("/targets/{target}/rescan")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Actions.Compared rescan(
            Actor actor, @PathVariable String target, @RequestBody(required = false) @Nullable RescanRequest request) {
        return actions.rescan(
                actor, target, request == null ? null : request.path, request == null ? "" : text(request.reason));
    }

    @PostMapping("/targets/{target}/verify")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Actions.Verified verify(
            Actor actor, @PathVariable String target, @RequestBody(required = false) @Nullable VerifyRequest request) {
        VerifyRequest asked = request == null ? new VerifyRequest(null, null, null) : request;
        return actions.verify(actor, target, asked.path, Boolean.TRUE.equals(asked.deep), text(asked.reason));
    }

    @GetMapping("/holds")
    List<Hold> open(Actor actor) {
        return holds.open();
    }

    @GetMapping("/holds/{hold}/paths")
    Page<HoldBook.Covered> paths(
            Actor actor,
            @PathVariable long hold,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "200") int limit) {
        int size = Page.limit(limit);
        if (holds.find(hold).isEmpty()) {
            throw RefusedException.unknown("There is no hold " + hold, "`freshet holds` lists those that are open.");
        }
        return Page.of(holds.paths(hold, after, size + 1), size, HoldBook.Covered::path);
    }

    @PostMapping("/holds/{hold}/approve")
    ResponseEntity<Actions.Decided> approve(
            Actor actor, @PathVariable long hold, @RequestBody(required = false) @Nullable Reason request) {
        return decide(actor, hold, true, request);
    }

    @PostMapping("/holds/{hold}/reject")
    ResponseEntity<Actions.Decided> reject(
            Actor actor, @PathVariable long hold, @RequestBody(required = false) @Nullable Reason request) {
        return decide(actor, hold, false, request);
    }

    /** Nothing is left to say where a hold is decided; 202 where it waits for a second person. */
    private ResponseEntity<Actions.Decided> decide(Actor actor, long hold, boolean approve, @Nullable Reason request) {
        Actions.Decided decided = actions.decide(
                actor,
                hold,
                approve,
                request == null ? null : request.version,
                request == null ? "" : text(request.reason));
        return decided.waitsForSecond()
                ? ResponseEntity.accepted().body(decided)
                : ResponseEntity.noContent().build();
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** What to send now. */
    record SendRequest(
            @Nullable String path,
            @Nullable String source,
            @Nullable String target,
            @Nullable String reason) {}

    /**
     * What to compare again.
     *
     * @param path null for everything
     */
    record RescanRequest(@Nullable String path, @Nullable String reason) {}

    /**
     * What to verify.
     *
     * @param path null for everything
     * @param deep whether the target is to hash every file
     */
    record VerifyRequest(
            @Nullable String path,
            @Nullable Boolean deep,
            @Nullable String reason) {}

    /**
     * Why.
     *
     * @param version of a hold: what was looked at; the decision is refused if it has grown since
     */
    record Reason(@Nullable String reason, @Nullable String version) {}
}
