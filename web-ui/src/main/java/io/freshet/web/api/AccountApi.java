package io.freshet.web.api;

import io.freshet.journal.AccountBook;
import io.freshet.journal.AuditBook;
import io.freshet.journal.TokenBook;
import io.freshet.web.account.Actor;
import io.freshet.web.account.Credentials;
import io.freshet.web.action.AccountActions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Accounts, their tokens, and the audit of what people commanded. Passwords and tokens are answered once, at their making. */
@RestController
@RequestMapping("/api/v1")
final class AccountApi {
    private final AccountActions actions;

    AccountApi(AccountActions actions) {
        this.actions = actions;
    }

    @GetMapping("/accounts")
    List<AccountBook.Listed> list(Actor actor) {
        return actions.list(actor);
    }

    @PostMapping("/accounts")
    @ResponseStatus(HttpStatus.CREATED)
    OneTime create(Actor actor, @RequestBody Wanted wanted) {
        String password = actions.create(actor, wanted.name, wanted.role, folders(wanted));
        return new OneTime(String.valueOf(wanted.name), password, Credentials.LIFETIME.toSeconds());
    }

    @PutMapping("/accounts/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void change(Actor actor, @PathVariable String name, @RequestBody Wanted wanted) {
        actions.change(actor, name, wanted.role, folders(wanted));
    }

    @PostMapping("/accounts/{name}/password")
    OneTime resetPassword(Actor actor, @PathVariable String name) {
        return new OneTime(name, actions.resetPassword(actor, name), Credentials.LIFETIME.toSeconds());
    }

    @DeleteMapping("/accounts/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(Actor actor, @PathVariable String name) {
        actions.remove(actor, name);
    }

    @GetMapping("/accounts/{name}/tokens")
    List<TokenBook.Token> tokens(Actor actor, @PathVariable String name) {
        return actions.tokens(actor, name);
    }

    @PostMapping("/accounts/{name}/tokens")
    @ResponseStatus(HttpStatus.CREATED)
    Made createToken(Actor actor, @PathVariable String name, @RequestBody WantedToken wanted) {
        Duration life = wanted.days == null ? null : Duration.ofDays(wanted.days);
        return new Made(
                String.valueOf(wanted.label), actions.createToken(actor, name, wanted.label, wanted.role, life));
    }

    @DeleteMapping("/accounts/{name}/tokens/{label}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revokeToken(Actor actor, @PathVariable String name, @PathVariable String label) {
        actions.revokeToken(actor, name, label);
    }

    @GetMapping("/audit")
    Page<AuditBook.Command> audit(
            Actor actor,
            @RequestParam(required = false) @Nullable String by,
            @RequestParam(required = false) @Nullable Long after,
            @RequestParam(defaultValue = "200") int limit) {
        int size = Page.limit(limit);
        return Page.of(actions.commands(actor, by, after, size + 1), size, last -> Long.toString(last.number()));
    }

    private static List<String> folders(Wanted wanted) {
        return wanted.grants == null ? List.of() : wanted.grants;
    }

    /**
     * An account as it is to be.
     *
     * @param grants what a requester may have sent, each as {@code SOURCE:PATH}
     */
    record Wanted(
            @Nullable String name,
            @Nullable String role,
            @Nullable List<String> grants) {}

    /**
     * A token as it is to be.
     *
     * @param role the most that it may do; null for looking only
     * @param days how long it lives; null for ever
     */
    record WantedToken(
            @Nullable String label,
            @Nullable String role,
            @Nullable Integer days) {}

    /** A password that dies at its first use. */
    record OneTime(String name, String oneTimePassword, long forSeconds) {}

    /** A token; it is not shown again. */
    record Made(String label, String token) {}
}
