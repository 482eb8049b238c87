package io.freshet.web.page;

import io.freshet.journal.CapabilityBook;
import io.freshet.journal.Hold;
import io.freshet.journal.HoldBook;
import io.freshet.journal.HoldReason;
import io.freshet.journal.Lane;
import io.freshet.journal.QueueBook;
import io.freshet.journal.QueuedItem;
import io.freshet.journal.RunHistory;
import io.freshet.journal.RunRecord;
import io.freshet.journal.SourceStatus;
import io.freshet.journal.Status;
import io.freshet.journal.TargetOverview;
import io.freshet.journal.TargetStatus;
import io.freshet.journal.VerificationBook;
import io.freshet.policy.Forecast;
import io.freshet.policy.Policies;
import io.freshet.policy.Policy;
import io.freshet.policy.PolicyText;
import io.freshet.web.account.Actor;
import io.freshet.web.action.Actions;
import io.freshet.web.action.QueueFilters;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** Everything about one target: what it does now, owes and has had trouble with; each section has an address of its own. */
@Controller
final class TargetController {
    private static final int ITEMS_PER_PAGE = 100;
    private static final int RUNS_PER_PAGE = 50;
    private static final int NEXT_ITEMS = 5;
    private static final int FAILED_RUNS = 5;
    private static final int COMING = 10;
    private static final int DRIFTED_SHOWN = 50;
    private static final QueueBook.Only ALL = new QueueBook.Only(null, null, null);

    private final TargetOverview overview;
    private final QueueBook queue;
    private final RunHistory runs;
    private final HoldBook holds;
    private final VerificationBook verifications;
    private final CapabilityBook capabilities;
    private final Policies policies;
    private final Actions actions;
    private final Clock clock;

    TargetController(
            TargetOverview overview,
            QueueBook queue,
            RunHistory runs,
            HoldBook holds,
            VerificationBook verifications,
            CapabilityBook capabilities,
            Policies policies,
            Actions actions,
            Clock clock) {
        this.overview = overview;
        this.queue = queue;
        this.runs = runs;
        this.holds = holds;
        this.verifications = verifications;
        this.capabilities = capabilities;
        this.policies = policies;
        this.actions = actions;
        this.clock = clock;
    }

    @GetMapping("/targets/{target}")
    String now(Actor actor, Model model, @PathVariable String target) {
        head(model, target, "now");
        Map<Lane, List<QueuedItem>> next = new LinkedHashMap<>();
        for (Lane lane : Lane.values()) {
            next.put(lane, queue.waiting(target, new QueueBook.Only(null, null, lane), null, NEXT_ITEMS));
        }
        model.addAttribute("next", next);
        return "target";
    }

    @GetMapping("/fragments/targets/{target}")
    String nowPart(Actor actor, Model model, @PathVariable String target) {
        now(actor, model, target);
        return "target :: live";
    }

    @GetMapping("/fragments/targets/{target}/head")
    String headPart(
            Actor actor, Model model, @PathVariable String target, @RequestParam(defaultValue = "now") String tab) {
        head(model, target, tab);
        return "target-parts :: head";
    }

    @GetMapping("/targets/{target}/queue")
    String queue(
            Actor actor,
            Model model,
            @PathVariable String target,
            @RequestParam(required = false) @Nullable String under,
            @RequestParam(required = false) @Nullable String kind,
            @RequestParam(required = false) @Nullable String lane,
            @RequestParam(required = false) @Nullable String after) {
        SourceStatus source = head(model, target, "queue");
        QueueBook.Only only = QueueFilters.only(under, kind, lane, source.rootPath());
        List<QueuedItem> found =
                queue.waiting(target, only, QueueFilters.place(after, QueueBook.Place::parse), ITEMS_PER_PAGE + 1);
        page(model, found, after);
        model.addAttribute("only", only);
        model.addAttribute("filtered", !only.equals(ALL));
        if (found.size() > ITEMS_PER_PAGE) {
            model.addAttribute(
                    "next", QueueBook.Place.of(found.get(ITEMS_PER_PAGE - 1)).text());
        }
        return "target-queue";
    }

    @GetMapping("/targets/{target}/failed")
    String failed(
            Actor actor,
            Model model,
            @PathVariable String target,
            @RequestParam(required = false) @Nullable String reason,
            @RequestParam(required = false) @Nullable String after) {
        head(model, target, "failed");
        QueueBook.Failed which = QueueFilters.failed(target, reason, QueueFilters.ALL);
        List<QueuedItem> found =
                queue.failed(which, QueueFilters.place(after, QueueBook.FailedPlace::parse), ITEMS_PER_PAGE + 1);
        page(model, found, after);
        model.addAttribute("reason", which.reason());
        model.addAttribute("groups", queue.groups(QueueFilters.failed(target, null, QueueFilters.ALL)));
        model.addAttribute("failedRuns", queue.failedRuns(target, FAILED_RUNS));
        if (found.size() > ITEMS_PER_PAGE) {
            model.addAttribute(
                    "next",
                    QueueBook.FailedPlace.of(found.get(ITEMS_PER_PAGE - 1)).text());
        }
        return "target-failed";
    }

    private static void page(Model model, List<QueuedItem> found, @Nullable String after) {
        model.addAttribute("items", found.size() > ITEMS_PER_PAGE ? found.subList(0, ITEMS_PER_PAGE) : found);
        model.addAttribute("after", QueueFilters.given(after));
    }

    @GetMapping("/targets/{target}/runs")
    String runs(
            Actor actor,
            Model model,
            @PathVariable String target,
            @RequestParam(required = false) @Nullable String after) {
        head(model, target, "runs");
        List<RunRecord> newest = runs.ofTarget(target, null, RunTrend.RUNS);
        Long before = QueueFilters.place(after, Long::valueOf);
        List<RunRecord> found = before == null ? newest : runs.ofTarget(target, before, RUNS_PER_PAGE + 1);
        boolean more = found.size() > RUNS_PER_PAGE;
        model.addAttribute("trend", RunTrend.of(newest, clock.instant()));
        model.addAttribute("runs", more ? found.subList(0, RUNS_PER_PAGE) : found);
        model.addAttribute("after", before);
        model.addAttribute("next", more ? found.get(RUNS_PER_PAGE - 1).run() : null);
        return "target-runs";
    }

    @GetMapping("/targets/{target}/drift")
    String drift(Actor actor, Model model, @PathVariable String target) {
        head(model, target, "drift");
        Map<Hold, List<HoldBook.Covered>> drifted = new LinkedHashMap<>();
        holds.open().stream()
                .filter(hold -> hold.target().equals(target) && hold.reason() == HoldReason.DRIFT)
                .forEach(hold -> drifted.put(hold, holds.paths(hold.hold(), null, DRIFTED_SHOWN)));
        model.addAttribute("drifted", drifted);
        model.addAttribute(
                "verification",
                verifications.latest(target, 1).stream().findFirst().orElse(null));
        model.addAttribute("extras", verifications.extras(target));
        return "target-drift";
    }

    @GetMapping("/targets/{target}/policy")
    String policy(Actor actor, Model model, @PathVariable String target) {
        head(model, target, "policy");
        Instant now = clock.instant();
        Policy policy = (Policy) model.getAttribute("policy");
        if (policy != null) {
            model.addAttribute("definition", PolicyText.of(policy));
            model.addAttribute("configured", policies.isConfigured(policy.name()));
            model.addAttribute("open", policy.isOpen(now));
            model.addAttribute("closes", policy.closesAfter(now));
            model.addAttribute("coming", new Forecast(policy).next(now, COMING));
        }
        return "target-policy";
    }

    @GetMapping("/targets/{target}/capabilities")
    String capabilities(Actor actor, Model model, @PathVariable String target) {
        head(model, target, "capabilities");
        CapabilityBook.Found found = capabilities.of(target);
        model.addAttribute("since", found.since());
        model.addAttribute("lines", CapabilityLine.of(found.capabilities()));
        return "target-capabilities";
    }

    /** Fills what every section shows of the target, and returns the status of its source. */
    private SourceStatus head(Model model, String target, String tab) {
        actions.targets(target);
        Status status = overview.read();
        SourceStatus source = status.sources().stream()
                .filter(each ->
                        each.targets().stream().anyMatch(one -> one.target().equals(target)))
                .findFirst()
                .orElseThrow();
        TargetStatus one = source.targets().stream()
                .filter(each -> each.target().equals(target))
                .findFirst()
                .orElseThrow();
        model.addAttribute("one", one);
        model.addAttribute("source", source);
        model.addAttribute("asOf", status.asOf());
        model.addAttribute("tab", tab);
        model.addAttribute("waits", new WaitingLook());
        model.addAttribute("policy", policies.find(one.policy()).orElse(null));
        model.addAttribute(
                "driftCount",
                one.holds().stream()
                        .filter(hold -> hold.reason() == HoldReason.DRIFT)
                        .mapToLong(Hold::paths)
                        .sum());
        return source;
    }
}
