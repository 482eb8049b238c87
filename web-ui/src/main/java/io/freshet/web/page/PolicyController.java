package io.freshet.web.page;

import io.freshet.journal.PolicyBook;
import io.freshet.policy.Policies;
import io.freshet.policy.Policy;
import io.freshet.policy.PolicyText;
import io.freshet.web.account.Actor;
import io.freshet.web.account.Role;
import io.freshet.web.action.PolicyActions;
import io.freshet.web.action.RefusedException;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Policies: which there are, what each says, and the form by which people make those that the configuration does not define. */
@Controller
final class PolicyController {
    private final Policies policies;
    private final PolicyBook book;
    private final PolicyActions actions;
    private final Clock clock;

    PolicyController(Policies policies, PolicyBook book, PolicyActions actions, Clock clock) {
        this.policies = policies;
        this.book = book;
        this.actions = actions;
        this.clock = clock;
    }

    /**
     * A policy in the list.
     *
     * @param next when a window opens or the schedule fires next
     */
    public record Line(
            String name,
            boolean configured,
            String schedule,
            boolean open,
            @Nullable Instant next,
            List<String> targets) {}

    @GetMapping("/policies")
    String list(Actor actor, Model model) {
        Instant now = clock.instant();
        model.addAttribute(
                "policies",
                policies.all().stream()
                        .sorted(Comparator.comparing(Policy::name))
                        .map(policy -> new Line(
                                policy.name(),
                                policies.isConfigured(policy.name()),
                                policy.cron() != null
                                        ? "cron"
                                        : policy.windows().isEmpty() ? "continuous" : "windows",
                                policy.isOpen(now),
                                policy.opensAfter(now),
                                book.targets(policy.name())))
                        .toList());
        return "policies";
    }

    @GetMapping("/policies/{name}")
    String one(Actor actor, Model model, @PathVariable String name) {
        Policy policy = policies.find(name)
                .orElseThrow(() ->
                        RefusedException.unknown("There is no policy '" + name + "'", "It may have been deleted."));
        model.addAttribute("name", name);
        model.addAttribute("configured", policies.isConfigured(name));
        model.addAttribute("definition", PolicyText.of(policy));
        model.addAttribute("targets", book.targets(name));
        model.addAttribute("versions", book.versions(name));
        return "policy";
    }

    /** @param name of the policy to change, or of a new one */
    @GetMapping("/policy-form")
    String form(Actor actor, Model model, @RequestParam(defaultValue = "") String name) {
        if (!actor.may(Role.ADMIN)) {
            throw RefusedException.forbidden(
                    "Making a policy needs the admin role", "What each says is on the page Policies.");
        }
        if (policies.isConfigured(name)) {
            return "redirect:/policies/" + name;
        }
        Policy policy = policies.find(name).orElseGet(() -> Policy.withDefaults("new"));
        return form(model, name, PolicyForm.of(PolicyText.of(policy)), null);
    }

    @PostMapping("/policy-form")
    String set(
            Actor actor,
            Model model,
            RedirectAttributes result,
            HttpServletResponse response,
            @RequestParam Map<String, String> parameters) {
        String name = parameters.getOrDefault("name", "").strip();
        PolicyForm form = PolicyForm.sent(parameters);
        try {
            PolicyActions.Set set = actions.set(actor, name, form.document());
            result.addFlashAttribute(
                    "result",
                    set.changed()
                            ? "Policy " + name + " is version " + set.version() + " now."
                            : "Policy " + name + " says this already.");
            return "redirect:/policies/" + name;
        } catch (RefusedException refused) {
            if (refused.problems().isEmpty()) {
                throw refused;
            }
            response.setStatus(refused.kind().status());
            return form(model, name, form, refused);
        }
    }

    @PostMapping("/policies/{name}/delete")
    String delete(Actor actor, RedirectAttributes result, @PathVariable String name) {
        actions.delete(actor, name);
        result.addFlashAttribute("result", "Policy " + name + " is deleted.");
        return "redirect:/policies";
    }

    private static String form(Model model, String name, PolicyForm form, @Nullable RefusedException refused) {
        model.addAttribute("name", name);
        model.addAttribute("heading", name.isEmpty() ? "New policy" : "Policy " + name);
        model.addAttribute("form", form);
        model.addAttribute("fields", PolicyForm.FIELDS);
        model.addAttribute("problems", refused == null ? List.of() : refused.problems());
        return "policy-form";
    }
}
