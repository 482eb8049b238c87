package io.freshet.web.api;

import io.freshet.journal.PolicyBook;
import io.freshet.web.account.Actor;
import io.freshet.web.action.PolicyActions;
import io.freshet.web.action.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Policies: which there are, what each says and said, and what it leads to. Those that the configuration does not define are made here. */
@RestController
@RequestMapping("/api/v1/policies")
final class PolicyApi {
    private static final int MOST_DAYS = 31;
    private static final int MOST_FIRINGS = 100;

    private final PolicyDesk desk;
    private final PolicyBook book;
    private final PolicyActions actions;

    PolicyApi(PolicyDesk desk, PolicyBook book, PolicyActions actions) {
        this.desk = desk;
        this.book = book;
        this.actions = actions;
    }

    @GetMapping
    List<PolicyDesk.Line> list(Actor actor) {
        return desk.list();
    }

    @GetMapping("/{name}")
    PolicyDesk.Shown show(
            Actor actor, @PathVariable String name, @RequestParam(required = false) @Nullable Integer version) {
        return desk.show(name, version);
    }

    /** Says what a policy says from now on. The body is what the configuration would have under its name, in JSON or YAML. */
    @PutMapping("/{name}")
    ResponseEntity<PolicyActions.Set> set(
            Actor actor, @PathVariable String name, @RequestBody(required = false) byte @Nullable [] document) {
        String text = document == null ? "" : new String(document, StandardCharsets.UTF_8);
        PolicyActions.Set set = actions.set(actor, name, text);
        return ResponseEntity.status(set.isNew() ? HttpStatus.CREATED : HttpStatus.OK)
                .body(set);
    }

    @DeleteMapping("/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(Actor actor, @PathVariable String name) {
        actions.delete(actor, name);
    }

    /** @param source whose journal is looked at; without it, that of the policy's targets, and if it has none, of all */
    @GetMapping("/{name}/preview")
    PolicyDesk.Preview preview(
            Actor actor,
            @PathVariable String name,
            @RequestParam(defaultValue = "10") int count,
            @RequestParam(defaultValue = "7") int days,
            @RequestParam(required = false) @Nullable String source) {
        require("count", count, 0, MOST_FIRINGS);
        require("days", days, 1, MOST_DAYS);
        if (source != null && book.sources().stream().noneMatch(source::equals)) {
            throw RefusedException.unknown(
                    "There is no source '" + source + "'", "`freshet status` lists those there are.");
        }
        return desk.preview(name, count, days, source != null ? List.of(source) : sources(name));
    }

    private List<String> sources(String policy) {
        List<String> having = book.sourcesWith(policy);
        return having.isEmpty() ? book.sources() : having;
    }

    private static void require(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw RefusedException.wrong(what + " is out of range", "Give " + least + " to " + most + ".");
        }
    }
}
