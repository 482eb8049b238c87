package io.freshet.web.api;

import io.freshet.web.account.Actor;
import io.freshet.web.action.Actions;
import io.freshet.web.action.RefusedException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Limiting what is sent per second, in place of what the configuration says; deleting a limit lets that be in force again. */
@RestController
@RequestMapping("/api/v1")
@ResponseStatus(HttpStatus.NO_CONTENT)
final class BandwidthApi {
    private final Actions actions;

    BandwidthApi(Actions actions) {
        this.actions = actions;
    }

    @PutMapping("/targets/{target}/bandwidth")
    void limitTarget(Actor actor, @PathVariable String target, @RequestBody Bandwidth asked) {
        actions.limitTarget(actor, target, limit(asked), reason(asked));
    }

    @DeleteMapping("/targets/{target}/bandwidth")
    void unlimitTarget(Actor actor, @PathVariable String target) {
        actions.unlimitTarget(actor, target);
    }

    @PutMapping("/sources/{source}/bandwidth")
    void limitSource(Actor actor, @PathVariable String source, @RequestBody Bandwidth asked) {
        actions.limitSource(actor, source, limit(asked), reason(asked));
    }

    @DeleteMapping("/sources/{source}/bandwidth")
    void unlimitSource(Actor actor, @PathVariable String source) {
        actions.unlimitSource(actor, source);
    }

    private static String limit(Bandwidth asked) {
        if (asked.limit == null) {
            throw RefusedException.wrong(
                    "limit is missing", "Give it as {\"limit\": \"20MB/s\"}, or \"unlimited\" to lift it.");
        }
        return asked.limit;
    }

    private static String reason(Bandwidth asked) {
        return asked.reason == null ? "" : asked.reason;
    }

    /**
     * What may be sent per second.
     *
     * @param limit as in the configuration: {@code 20MB/s}, or {@code unlimited}
     */
    record Bandwidth(@Nullable String limit, @Nullable String reason) {}
}
