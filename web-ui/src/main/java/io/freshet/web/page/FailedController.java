package io.freshet.web.page;

import io.freshet.journal.QueueBook;
import io.freshet.journal.QueuedItem;
import io.freshet.web.account.Actor;
import io.freshet.web.action.Actions;
import io.freshet.web.action.QueueFilters;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** What failed, of all targets: first what needs a person, apart from it what is tried again by itself. */
@Controller
final class FailedController {
    private static final int ITEMS_PER_PAGE = 100;

    private final QueueBook queue;
    private final Actions actions;

    FailedController(QueueBook queue, Actions actions) {
        this.queue = queue;
        this.actions = actions;
    }

    @GetMapping("/failed")
    String failed(
            Actor actor,
            Model model,
            @RequestParam(name = "target", required = false) @Nullable String ofTarget,
            @RequestParam(required = false) @Nullable String reason,
            @RequestParam(defaultValue = QueueFilters.NEEDS_YOU) String state,
            @RequestParam(required = false) @Nullable String after) {
        QueueBook.Failed which = QueueFilters.failed(ofTarget, reason, state);
        model.addAttribute("targets", actions.targets(null));
        actions.targets(which.target());
        List<QueuedItem> found =
                queue.failed(which, QueueFilters.place(after, QueueBook.FailedPlace::parse), ITEMS_PER_PAGE + 1);
        boolean more = found.size() > ITEMS_PER_PAGE;
        model.addAttribute("which", which);
        model.addAttribute("state", state);
        model.addAttribute("waits", new WaitingLook());
        List<QueueBook.FailedGroup> groups = queue.groups(which);
        model.addAttribute("groups", groups);
        model.addAttribute(
                "codes",
                groups.stream()
                        .map(QueueBook.FailedGroup::code)
                        .distinct()
                        .sorted()
                        .toList());
        model.addAttribute("items", more ? found.subList(0, ITEMS_PER_PAGE) : found);
        model.addAttribute("after", QueueFilters.given(after));
        model.addAttribute(
                "next",
                more ? QueueBook.FailedPlace.of(found.get(ITEMS_PER_PAGE - 1)).text() : null);
        return "failed";
    }
}
