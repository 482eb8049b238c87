package io.freshet.web.page;

import io.freshet.journal.SourceBook;
import io.freshet.journal.SourceLook;
import io.freshet.journal.SourceStatus;
import io.freshet.journal.TargetOverview;
import io.freshet.journal.Wording;
import io.freshet.web.account.Actor;
import io.freshet.web.account.LocalPath;
import io.freshet.web.action.Actions;
import io.freshet.web.action.MissingSource;
import io.freshet.web.action.QueueFilters;
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

/** A source: how it is watched, compared and filtered, and its targets. */
@Controller
final class SourceController {
    private static final int RESCANS = 20;

    private final TargetOverview overview;
    private final SourceBook sources;
    private final SourceLook sourceLook;
    private final Actions actions;

    SourceController(TargetOverview overview, SourceBook sources, SourceLook sourceLook, Actions actions) {
        this.overview = overview;
        this.sources = sources;
        this.sourceLook = sourceLook;
        this.actions = actions;
    }

    @GetMapping("/sources/{name}")
    String source(
            Actor actor,
            Model model,
            @PathVariable String name,
            @RequestParam(required = false) @Nullable String after) {
        SourceStatus source = MissingSource.find(overview.read(), name);
        Long before = QueueFilters.place(after, Long::valueOf);
        List<SourceBook.Comparison> found = sources.rescans(name, before, RESCANS + 1);
        boolean more = found.size() > RESCANS;
        model.addAttribute("source", source);
        model.addAttribute("lastChange", sources.lastChange(name).orElse(null));
        model.addAttribute("rescans", more ? found.subList(0, RESCANS) : found);
        model.addAttribute("rules", sourceLook.rules(name).orElse(null));
        model.addAttribute("waits", new WaitingLook());
        model.addAttribute("after", before);
        model.addAttribute("next", more ? found.get(RESCANS - 1).id() : null);
        return "source";
    }

    @GetMapping("/fragments/sources/{name}")
    String sourcePart(Actor actor, Model model, @PathVariable String name) {
        source(actor, model, name, null);
        return "source :: live";
    }

    /** Compares the source, or a folder of it, anew, and every target with what was delivered there. */
    @PostMapping("/sources/{name}/rescan")
    String rescan(
            Actor actor,
            RedirectAttributes result,
            @PathVariable String name,
            @RequestParam(defaultValue = "") String path,
            @RequestParam(defaultValue = "") String reason,
            @RequestParam(defaultValue = "/") String back) {
        SourceStatus source = MissingSource.find(overview.read(), name);
        if (source.targets().isEmpty()) {
            throw RefusedException.conflict(name + " has no target", "There is nothing that a rescan would be for.");
        }
        Actions.Compared compared =
                actions.rescan(actor, source.targets().get(0).target(), QueueFilters.given(path), reason.strip());
        result.addFlashAttribute(
                "result",
                Wording.path(compared.path()) + " is compared again, and " + String.join(", ", compared.targets())
                        + " with it. Deliveries go on meanwhile.");
        return "redirect:" + LocalPath.of(back).replace("{", "%7B").replace("}", "%7D");
    }
}
