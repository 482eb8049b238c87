package io.freshet.web.api;

import io.freshet.journal.CapabilityBook;
import io.freshet.journal.QueueBook;
import io.freshet.journal.QueuedItem;
import io.freshet.journal.SourceBook;
import io.freshet.journal.SourceStatus;
import io.freshet.journal.TargetOverview;
import io.freshet.web.account.Actor;
import io.freshet.web.action.Actions;
import io.freshet.web.action.MissingSource;
import io.freshet.web.action.QueueFilters;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What waits and what failed, path by path; what targets can do; how sources are watched and compared. */
@RestController
@RequestMapping("/api/v1")
final class QueueApi {
    private final TargetOverview overview;
    private final QueueBook queue;
    private final SourceBook sources;
    private final CapabilityBook capabilities;
    private final Actions actions;

    QueueApi(
            TargetOverview overview,
            QueueBook queue,
            SourceBook sources,
            CapabilityBook capabilities,
            Actions actions) {
        this.overview = overview;
        this.queue = queue;
        this.sources = sources;
        this.capabilities = capabilities;
        this.actions = actions;
    }

    @GetMapping("/targets/{target}/queue")
    Page<QueuedItem> waiting(
            Actor actor,
            @PathVariable String target,
            @RequestParam(required = false) @Nullable String under,
            @RequestParam(required = false) @Nullable String kind,
            @RequestParam(required = false) @Nullable String lane,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "200") int limit) {
        actions.targets(target);
        List<QueuedItem> found = queue.waiting(
                target,
                QueueFilters.only(under, kind, lane, root(target)),
                QueueFilters.place(after, QueueBook.Place::parse),
                Page.limit(limit) + 1);
        return Page.of(found, limit, last -> QueueBook.Place.of(last).text());
    }

    private String root(String target) {
        return overview.read().sources().stream()
                .filter(source ->
                        source.targets().stream().anyMatch(one -> one.target().equals(target)))
                .map(SourceStatus::rootPath)
                .findFirst()
                .orElseThrow();
    }

    @GetMapping("/targets/{target}/capabilities")
    CapabilityBook.Found capabilities(Actor actor, @PathVariable String target) {
        actions.targets(target);
        return capabilities.of(target);
    }

    /** @param state {@code needs-you}, {@code retried} or {@code all} */
    @GetMapping("/failed")
    Page<QueuedItem> failed(
            Actor actor,
            @RequestParam(required = false) @Nullable String target,
            @RequestParam(required = false) @Nullable String reason,
            @RequestParam(defaultValue = QueueFilters.ALL) String state,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "200") int limit) {
        List<QueuedItem> found = queue.failed(
                known(target, reason, state),
                QueueFilters.place(after, QueueBook.FailedPlace::parse),
                Page.limit(limit) + 1);
        return Page.of(found, limit, last -> QueueBook.FailedPlace.of(last).text());
    }

    @GetMapping("/failed/groups")
    List<QueueBook.FailedGroup> groups(
            Actor actor,
            @RequestParam(required = false) @Nullable String target,
            @RequestParam(required = false) @Nullable String reason,
            @RequestParam(defaultValue = QueueFilters.ALL) String state) {
        return queue.groups(known(target, reason, state));
    }

    private QueueBook.Failed known(@Nullable String target, @Nullable String reason, String state) {
        QueueBook.Failed which = QueueFilters.failed(target, reason, state);
        actions.targets(which.target());
        return which;
    }

    @GetMapping("/sources/{source}")
    SourceStatus source(Actor actor, @PathVariable String source) {
        return MissingSource.find(overview.read(), source);
    }

    @GetMapping("/sources/{source}/rescans")
    Page<SourceBook.Comparison> rescans(
            Actor actor,
            @PathVariable String source,
            @RequestParam(required = false) @Nullable Long after,
            @RequestParam(defaultValue = "20") int limit) {
        MissingSource.find(overview.read(), source);
        List<SourceBook.Comparison> found = sources.rescans(source, after, Page.limit(limit) + 1);
        return Page.of(found, limit, last -> Long.toString(last.id()));
    }
}
