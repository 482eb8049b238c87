package io.freshet.web.page;

import io.freshet.journal.Hold;
import io.freshet.journal.HoldBook;
import io.freshet.web.account.Actor;
import io.freshet.web.action.Actions;
import io.freshet.web.action.RefusedException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** What waits for a person, and deciding it. */
@Controller
final class HoldController {
    /** From so many entries on, approving asks for their number to be typed. */
    static final long TYPED_FROM = 1000;

    private static final int PATHS_PER_PAGE = 100;
    private static final int FOLDERS = 10;
    private static final int DECIDED = 50;

    private final HoldBook holds;
    private final Actions actions;

    HoldController(HoldBook holds, Actions actions) {
        this.holds = holds;
        this.actions = actions;
    }

    @GetMapping("/holds")
    String list(Actor actor, Model model, @RequestParam(defaultValue = "open") String state) {
        boolean decided = state.equals("decided");
        if (!decided && !state.equals("open")) {
            throw RefusedException.wrong("There is no state " + state, "Holds are open or decided.");
        }
        model.addAttribute("decided", decided);
        model.addAttribute("holds", decided ? holds.decided(DECIDED) : holds.open());
        return "holds";
    }

    @GetMapping("/fragments/holds")
    String listPart(Actor actor, Model model, @RequestParam(defaultValue = "open") String state) {
        list(actor, model, state);
        return "holds :: live";
    }

    @GetMapping("/holds/{number}")
    String one(
            Actor actor,
            Model model,
            @PathVariable long number,
            @RequestParam(required = false) @Nullable String after) {
        Hold hold = known(number);
        List<HoldBook.Covered> found = holds.paths(number, after, PATHS_PER_PAGE + 1);
        boolean more = found.size() > PATHS_PER_PAGE;
        List<HoldBook.Covered> shown = more ? found.subList(0, PATHS_PER_PAGE) : found;
        model.addAttribute("hold", hold);
        model.addAttribute("paths", shown);
        model.addAttribute("after", after);
        model.addAttribute("next", more ? shown.get(PATHS_PER_PAGE - 1).path() : null);
        model.addAttribute("folders", hold.paths() > FOLDERS ? holds.largestFolders(number, FOLDERS) : List.of());
        model.addAttribute("typed", hold.manifestRows() >= TYPED_FROM);
        return "hold";
    }

    @PostMapping("/holds/{number}/approve")
    String approve(
            Actor actor,
            RedirectAttributes result,
            @PathVariable long number,
            @RequestParam String version,
            @RequestParam(defaultValue = "") String reason,
            @RequestParam(defaultValue = "") String typed) {
        Hold hold = known(number);
        if (hold.manifestRows() >= TYPED_FROM && !typed.replaceAll("\\D", "").equals("" + hold.manifestRows())) {
            throw RefusedException.wrong(
                    "The number does not fit",
                    "Type " + hold.manifestRows() + " to confirm that so many entries are to vanish.");
        }
        result.addFlashAttribute(
                "result", actions.decide(actor, number, true, version, reason).words());
        return "redirect:/holds";
    }

    @PostMapping("/holds/{number}/reject")
    String reject(
            Actor actor,
            RedirectAttributes result,
            @PathVariable long number,
            @RequestParam String version,
            @RequestParam(defaultValue = "") String reason) {
        known(number);
        result.addFlashAttribute(
                "result", actions.decide(actor, number, false, version, reason).words());
        return "redirect:/holds";
    }

    private Hold known(long number) {
        return holds.find(number)
                .orElseThrow(
                        () -> RefusedException.unknown("There is no hold " + number, "It may have been cleared away."));
    }
}
