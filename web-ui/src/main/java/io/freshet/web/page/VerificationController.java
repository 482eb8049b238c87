package io.freshet.web.page;

import io.freshet.journal.VerificationBook;
import io.freshet.web.account.Actor;
import io.freshet.web.action.Actions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** What of a target was compared with what was delivered there, and what it holds that Freshet never put there. */
@Controller
final class VerificationController {
    private static final int VERIFICATIONS = 10;
    private static final int EXTRAS_PER_PAGE = 100;

    private final VerificationBook verifications;
    private final Actions actions;

    VerificationController(VerificationBook verifications, Actions actions) {
        this.verifications = verifications;
        this.actions = actions;
    }

    @GetMapping("/targets/{target}/verifications")
    String verifications(
            Actor actor,
            Model model,
            @PathVariable String target,
            @RequestParam(required = false) @Nullable String after) {
        actions.targets(target);
        List<VerificationBook.ExtraPath> found = verifications.extras(target, after, EXTRAS_PER_PAGE + 1);
        boolean more = found.size() > EXTRAS_PER_PAGE;
        List<VerificationBook.ExtraPath> shown = more ? found.subList(0, EXTRAS_PER_PAGE) : found;
        model.addAttribute("target", target);
        model.addAttribute("verifications", verifications.latest(target, VERIFICATIONS));
        model.addAttribute("extras", shown);
        model.addAttribute("count", verifications.extras(target));
        model.addAttribute("after", after);
        model.addAttribute("next", more ? shown.get(EXTRAS_PER_PAGE - 1).path() : null);
        return "verifications";
    }
}
