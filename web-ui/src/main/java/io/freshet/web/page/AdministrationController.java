package io.freshet.web.page;

import io.freshet.journal.AccountBook;
import io.freshet.journal.AuditBook;
import io.freshet.web.account.Actor;
import io.freshet.web.account.Credentials;
import io.freshet.web.action.AccountActions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Accounts, tokens, and what people commanded. */
@Controller
final class AdministrationController {
    private static final int COMMANDS_PER_PAGE = 100;

    private final AccountActions actions;

    AdministrationController(AccountActions actions) {
        this.actions = actions;
    }

    @GetMapping("/accounts")
    String accounts(Actor actor, Model model) {
        model.addAttribute("accounts", actions.list(actor));
        return "accounts";
    }

    @PostMapping("/accounts")
    String create(
            Actor actor,
            RedirectAttributes result,
            @RequestParam String name,
            @RequestParam String role,
            @RequestParam(defaultValue = "") String grants) {
        tell(result, name, actions.create(actor, name.strip(), role, lines(grants)));
        return "redirect:/accounts";
    }

    @GetMapping("/accounts/{name}")
    String account(Actor actor, Model model, @PathVariable String name) {
        AccountBook.Listed account = actions.find(actor, name);
        model.addAttribute("account", account);
        model.addAttribute(
                "grants",
                String.join(
                        "\n",
                        account.grants().stream().map(AccountBook.Grant::text).toList()));
        model.addAttribute("tokens", actions.tokens(actor, name));
        return "account";
    }

    @PostMapping("/accounts/{name}")
    String change(
            Actor actor,
            RedirectAttributes result,
            @PathVariable String name,
            @RequestParam String role,
            @RequestParam(defaultValue = "") String grants) {
        actions.change(actor, name, role, lines(grants));
        result.addFlashAttribute("result", name + " is " + role.toLowerCase(Locale.ROOT) + " now.");
        return "redirect:/accounts";
    }

    @PostMapping("/accounts/{name}/password")
    String resetPassword(Actor actor, RedirectAttributes result, @PathVariable String name) {
        tell(result, name, actions.resetPassword(actor, name));
        return "redirect:/accounts";
    }

    @PostMapping("/accounts/{name}/remove")
    String remove(Actor actor, RedirectAttributes result, @PathVariable String name) {
        actions.remove(actor, name);
        result.addFlashAttribute("result", "The account " + name + " is gone, with its tokens.");
        return "redirect:/accounts";
    }

    @GetMapping("/account")
    String own(Actor actor, Model model) {
        model.addAttribute("tokens", actions.tokens(actor, actor.name()));
        return "own";
    }

    @PostMapping("/account/tokens")
    String createToken(
            Actor actor,
            RedirectAttributes result,
            @RequestParam String label,
            @RequestParam String role,
            @RequestParam(required = false) @Nullable Integer days) {
        String token = actions.createToken(
                actor, actor.name(), label.strip(), role, days == null ? null : Duration.ofDays(days));
        result.addFlashAttribute("result", "Keep the token " + label + " now, it is not shown again: " + token);
        return "redirect:/account";
    }

    @PostMapping("/account/tokens/revoke")
    String revokeToken(Actor actor, RedirectAttributes result, @RequestParam String label) {
        actions.revokeToken(actor, actor.name(), label);
        result.addFlashAttribute("result", "The token " + label + " lets nobody in any more.");
        return "redirect:/account";
    }

    @GetMapping("/audit")
    String audit(Actor actor, Model model, @RequestParam(required = false) @Nullable Long after) {
        List<AuditBook.Command> found = actions.commands(actor, null, after, COMMANDS_PER_PAGE + 1);
        boolean more = found.size() > COMMANDS_PER_PAGE;
        model.addAttribute("commands", more ? found.subList(0, COMMANDS_PER_PAGE) : found);
        model.addAttribute("after", after);
        model.addAttribute("next", more ? found.get(COMMANDS_PER_PAGE - 1).number() : null);
        return "audit";
    }

    private static void tell(RedirectAttributes result, String name, String password) {
        result.addFlashAttribute(
                "result",
                "The one-time password of " + name + ", not shown again: " + password
                        + " It dies at its first use, or in " + Credentials.LIFETIME.toHours() + " h.");
    }

    private static List<String> lines(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }
}
