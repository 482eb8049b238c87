package io.freshet.web.page;

import io.freshet.journal.HoldBook;
import io.freshet.journal.QueueBook;
import io.freshet.journal.Wording;
import io.freshet.web.account.Actor;
import io.freshet.web.account.CurrentActor;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.CookieValue;
import org.springframework.web.bind.annotation.ModelAttribute;

/** What every page shows: who is signed in, what needs a person, the time, the theme. */
@ControllerAdvice(basePackageClasses = PageModel.class)
final class PageModel {
    private final CurrentActor current;
    private final HoldBook holds;
    private final QueueBook queue;
    private final Wording wording;
    private final Clock clock;
    private final LongSupplier liveSequence;
    private final WebVersion version;

    PageModel(
            CurrentActor current,
            HoldBook holds,
            QueueBook queue,
            Wording wording,
            Clock clock,
            LongSupplier liveSequence,
            WebVersion version) {
        this.current = current;
        this.holds = holds;
        this.queue = queue;
        this.wording = wording;
        this.clock = clock;
        this.liveSequence = liveSequence;
        this.version = version;
    }

    @ModelAttribute
    void fill(Model model, HttpServletRequest request, @CookieValue(name = "theme", defaultValue = "") String theme) {
        // Before anything is read: what changes from here on is newer than the page.
        model.addAttribute("sequence", liveSequence.getAsLong());
        Instant now = clock.instant();
        Optional<Actor> actor = current.find(request);
        model.addAttribute("look", new Look(wording, now));
        model.addAttribute("now", now);
        model.addAttribute("zone", wording.zone().getId());
        model.addAttribute("version", version.text());
        model.addAttribute("theme", theme.equals("dark") || theme.equals("light") ? theme : null);
        model.addAttribute("actor", actor.filter(one -> !one.mustSetPassword()).orElse(null));
        model.addAttribute("openHolds", actor.isPresent() ? holds.open().size() : 0);
        model.addAttribute("openFailed", actor.isPresent() ? queue.needPerson() : 0);
        model.addAttribute(
                "here",
                request.getRequestURI() + (request.getQueryString() == null ? "" : "?" + request.getQueryString()));
    }
}
