package io.freshet.web.page;

import io.freshet.journal.RunRequest;
import io.freshet.journal.Wording;
import io.freshet.web.account.Actor;
import io.freshet.web.account.LocalPath;
import io.freshet.web.action.Actions;
import io.freshet.web.action.QueueFilters;
import io.freshet.web.action.RefusedException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The buttons: each does one thing and leads back to where it was pressed, with a line that says what was done. */
@Controller
final class ActionController {
    private final Actions actions;

    ActionController(Actions actions) {
        this.actions = actions;
    }

    @PostMapping("/send")
    String send(
            Actor actor,
            RedirectAttributes result,
            @RequestParam String path,
            @RequestParam(required = false) @Nullable String source,
            @RequestParam(required = false) @Nullable String target,
            @RequestParam(defaultValue = "") String reason,
            @RequestParam(defaultValue = "/") String back) {
        Actions.Sent sent =
                actions.send(actor, path, source, target == null || target.isEmpty() ? null : target, reason);
        return done(
                result,
                back,
                Wording.path(sent.path()) + " goes first on " + String.join(", ", sent.targets()) + " for "
                        + Wording.span(Duration.ofSeconds(sent.forSeconds())) + ".");
    }

    @PostMapping("/targets/{target}/pause")
    String pause(
            Actor actor,
            RedirectAttributes result,
            @PathVariable String target,
            @RequestParam(defaultValue = "") String reason,
            @RequestParam(defaultValue = "/") String back) {
        actions.pause(actor, target, reason.strip());
        return done(result, back, target + " is paused. Changes queue up; nothing is lost.");
    }

    @PostMapping("/targets/{target}/resume")
    String resume(
            Actor actor,
            RedirectAttributes result,
            @PathVariable String target,
            @RequestParam(defaultValue = "/") String back) {
        actions.resume(actor, target);
        return done(result, back, target + " is resumed.");
    }

    @PostMapping("/targets/{target}/bandwidth")
    String limit(
            Actor actor,
            RedirectAttributes result,
            @PathVariable String target,
            @RequestParam(defaultValue = "") String limit,
            @RequestParam(defaultValue = "") String reason,
            @RequestParam(defaultValue = "/") String back) {
        if (limit.isBlank()) {
            actions.unlimitTarget(actor, target);
            return done(result, back, target + " is sent as much per second as the configuration lets it.");
        }
        actions.limitTarget(actor, target, limit.strip(), reason.strip());
        return done(result, back, target + ": " + limit.strip() + " from now on.");
    }

    @PostMapping("/targets/{target}/verify")
    String verify(
            Actor actor,
            RedirectAttributes result,
            @PathVariable String target,
            @RequestParam(defaultValue = "") String path,
            @RequestParam(defaultValue = "false") boolean deep,
            @RequestParam(defaultValue = "") String reason,
            @RequestParam(defaultValue = "/") String back) {
        Actions.Verified verified = actions.verify(actor, target, QueueFilters.given(path), deep, reason.strip());
        return done(
                result,
                back,
                Wording.path(verified.path()) + " on " + target + " is compared with what was delivered"
                        + (deep ? ", hash by hash." : "."));
    }

    @PostMapping("/targets/{target}/runs/{run}/{action}")
    String ofRun(
            Actor actor,
            RedirectAttributes result,
            @PathVariable String target,
            @PathVariable long run,
            @PathVariable String action,
            @RequestParam(defaultValue = "/") String back) {
        RunRequest.Action asked =
                switch (action) {
                    case "rerun" -> RunRequest.Action.RERUN_FAILED;
                    case "restart" -> RunRequest.Action.RESTART;
                    case "stop" -> RunRequest.Action.STOP;
                    default ->
                        throw RefusedException.unknown(
                                "There is no action " + action, "A run can be stopped, restarted or rerun.");
                };
        actions.ofRun(actor, target, run, asked);
        String what =
                switch (asked) {
                    case RERUN_FAILED -> "The failed paths of run " + run + " are tried again in a run of their own.";
                    case RESTART -> "Run " + run + " is restarted.";
                    case STOP -> "Run " + run + " stops at the next block. What was delivered stays.";
                };
        return done(result, back, what);
    }

    private static String done(RedirectAttributes result, String back, String message) {
        result.addFlashAttribute("result", message);
        return "redirect:" + escaped(LocalPath.of(back));
    }

    /** Spring takes braces in a redirect for variables. */
    private static String escaped(String path) {
        return path.replace("{", "%7B").replace("}", "%7D");
    }
}
