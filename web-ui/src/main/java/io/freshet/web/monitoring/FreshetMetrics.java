package io.freshet.web.monitoring;

import io.freshet.journal.DatabaseSpace;
import io.freshet.journal.Lane;
import io.freshet.journal.Outcome;
import io.freshet.journal.Readings;
import io.freshet.journal.RetentionBook;
import io.freshet.journal.RetentionState;
import io.freshet.journal.SourceStatus;
import io.freshet.journal.Status;
import io.freshet.journal.TargetCondition;
import io.freshet.journal.TargetOverview;
import io.freshet.journal.TargetStatus;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What Freshet tells Prometheus of sources and targets: the figures of {@link TargetOverview}, which pages and commands show,
 * and {@link Readings}; twelve queries a scrape for all targets together, or thirteen where queues are long.
 *
 * <p>Nothing is kept between scrapes. What is not known is missing, never zero: everything while the database is away, a lag
 * while the source is not observed, a watcher's figures while it gives no sign of life. Thread-safe.
 */
final class FreshetMetrics implements MultiCollector {
    /** A watcher tells of itself every few seconds; what it told before this says nothing about now. */
    private static final Duration WATCHER_REPORT_LASTS = Duration.ofMinutes(2);

    /** The error code of what a verification found otherwise than it was sent. */
    private static final String MISMATCH = "CONTENT_DIFFERS";

    private final TargetOverview overview;
    private final Readings readings;
    private final RetentionBook retention;
    private final DatabaseSpace space;
    private final PatientReader reader;
    private final Node node;

    private record Figures(
            Status status,
            Map<String, List<Readings.Total>> totals,
            Map<String, Readings.Holder> leases,
            Map<String, Long> rescans,
            RetentionState retention,
            Optional<DatabaseSpace.Seen> space) {}

    FreshetMetrics(
            TargetOverview overview,
            Readings readings,
            RetentionBook retention,
            DatabaseSpace space,
            PatientReader reader,
            Node node) {
        this.overview = overview;
        this.readings = readings;
        this.retention = retention;
        this.space = space;
        this.reader = reader;
        this.node = node;
    }

    @Override
    public MetricSnapshots collect() {
        Families families = new Families();
        families.gauge(
                "freshet_node_info",
                "This process; always 1.",
                Labels.of("node", node.name(), "version", node.version()),
                1);
        Optional<Figures> figures = reader.ask(this::read);
        families.gauge(
                "freshet_database_up",
                "Whether the database answered this scrape; if not, there are no other figures of sources and targets.",
                Labels.EMPTY,
                figures.isPresent() ? 1 : 0);
        figures.ifPresent(read -> retention(families, read.retention));
        figures.flatMap(Figures::space).ifPresent(seen -> space(families, seen));
        figures.ifPresent(read -> read.status.sources().forEach(source -> {
            source(families, source, read);
            source.targets().forEach(target -> target(families, target, read));
        }));
        return families.snapshots();
    }

    private static void retention(Families families, RetentionState state) {
        if (state.succeededAt() != null) {
            families.gauge(
                    "freshet_retention_last_success_timestamp_seconds",
                    "When all that is kept no longer was cleared away last; it is every night.",
                    Labels.EMPTY,
                    state.succeededAt().toEpochMilli() / 1000.0);
        }
        families.gauge(
                "freshet_retention_failing",
                "Whether something could not be cleared away; it is tried again every ten minutes.",
                Labels.EMPTY,
                state.failure() == null ? 0 : 1);
    }

    private static void space(Families families, DatabaseSpace.Seen seen) {
        families.gauge(
                "freshet_database_free_bytes",
                "What is free of the database's disk, as the node saw it last that delivers; missing where none sees it.",
                Labels.EMPTY,
                seen.free());
        families.gauge(
                "freshet_database_min_free_bytes",
                "With less than this, what arrives is not listed path by path; with less than half, bulk lanes stand still.",
                Labels.EMPTY,
                seen.minFree());
    }

    private Figures read() {
        return new Figures(
                overview.read(),
                readings.totals(),
                readings.leases(),
                readings.openRescans(),
                retention.state(),
                space.seen());
    }

    private static void source(Families families, SourceStatus source, Figures figures) {
        Labels labels = Labels.of("source", source.source());
        Instant asOf = figures.status.asOf();
        age(
                families,
                "freshet_source_observed_age_seconds",
                "Everything that happened longer ago than this is in the journal; missing if nothing ever was observed.",
                labels,
                source.observedAt(),
                asOf);
        families.gauge(
                "freshet_source_open_rescans",
                "Comparisons of the source with what is known of it that have not ended.",
                labels,
                figures.rescans.getOrDefault(source.source(), 0L));
        SourceStatus.Watcher watcher = alive(source.watcher(), asOf);
        families.gauge(
                "freshet_watcher_watching",
                "Whether a watcher sees and journals the changes of the source.",
                labels,
                watcher != null && watcher.state().equals("WATCHING") ? 1 : 0);
        if (watcher != null) {
            watcher(families, watcher, labels);
        }
    }

    private static SourceStatus.@Nullable Watcher alive(SourceStatus.@Nullable Watcher watcher, Instant asOf) {
        return watcher != null && Duration.between(watcher.updatedAt(), asOf).compareTo(WATCHER_REPORT_LASTS) <= 0
                ? watcher
                : null;
    }

    private static void watcher(Families families, SourceStatus.Watcher watcher, Labels labels) {
        families.counter(
                "freshet_watcher_events",
                "Events read from the kernel since the watcher was started.",
                labels,
                watcher.events());
        families.counter(
                "freshet_watcher_overflows",
                "How often events were lost and everything was looked at again, since the watcher was started.",
                labels,
                watcher.overflows());
        families.gauge(
                "freshet_watcher_waiting_paths",
                "Paths that were noticed and are not in the journal yet.",
                labels,
                watcher.waitingPaths());
        families.gauge(
                "freshet_watcher_waiting_bytes",
                "The memory that paths take which are not in the journal yet.",
                labels,
                watcher.waitingBytes());
        families.gauge(
                "freshet_watcher_unwatched_subtrees",
                "Subtrees from which no events come and which are scanned instead.",
                labels,
                watcher.unwatched().size());
    }

    private void target(Families families, TargetStatus target, Figures figures) {
        Labels labels = Labels.of("source", target.source(), "target", target.target());
        lag(families, target, labels);
        counts(families, target, labels);
        for (TargetCondition condition : TargetCondition.values()) {
            families.gauge(
                    "freshet_target_state",
                    "1 for the one state that the target is in, in the words of `freshet status`; 0 for all others.",
                    labels.add("state", word(condition)),
                    condition == target.condition() ? 1 : 0);
        }
        Readings.Holder holder = figures.leases.get(target.target());
        families.gauge(
                "freshet_lease_held",
                "Whether this process may change the target.",
                labels,
                holder != null && holder.live() && holder.node().equals(node.name()) ? 1 : 0);
        if (holder != null) {
            families.gauge(
                    "freshet_lease_epoch", "Goes up with every new holder of the lease.", labels, holder.epoch());
        }
        totals(families, labels, figures.totals.getOrDefault(target.target(), List.of()));
    }

    private static void lag(Families families, TargetStatus target, Labels labels) {
        Long lag = target.lagSeconds();
        if (lag != null) {
            families.gauge(
                    "freshet_target_lag_seconds",
                    "The age of the oldest change that has not arrived, 0 if there is none; missing while the source is not"
                            + " observed and nothing is known to wait.",
                    labels,
                    lag.longValue());
        }
        if (target.lastDeliveryAt() != null) {
            families.gauge(
                    "freshet_target_last_delivery_timestamp_seconds",
                    "When something was delivered last.",
                    labels,
                    target.lastDeliveryAt().toEpochMilli() / 1000.0);
        }
    }

    private static void counts(Families families, TargetStatus target, Labels labels) {
        families.gauge(
                "freshet_target_pending_items",
                "Paths to look at, held and failed ones included; exact up to 10000, estimated above.",
                labels,
                target.pending());
        families.gauge(
                "freshet_target_unplanned_changes",
                "Changes that are not in the target's queue yet, counted up to 10001.",
                labels,
                target.unplanned());
        families.gauge("freshet_target_held_items", "Paths in open holds.", labels, target.held());
        families.gauge(
                "freshet_target_open_holds",
                "Decisions that a person has to make.",
                labels,
                target.holds().size());
        families.gauge(
                "freshet_target_failed_items",
                "Paths that failed at least once and are tried again.",
                labels,
                target.failed());
        families.gauge("freshet_target_entries", "What the target holds, by the manifest.", labels, target.entries());
    }

    /** Counters begin at zero and not with the first delivery, or its increase would not be seen. */
    private static void totals(Families families, Labels labels, List<Readings.Total> totals) {
        for (Lane lane : Lane.values()) {
            Labels ofLane = labels.add("lane", word(lane));
            List<Readings.Total> own =
                    totals.stream().filter(total -> total.lane() == lane).toList();
            for (Outcome outcome : Outcome.values()) {
                families.counter(
                        "freshet_deliveries",
                        "Paths that runs dealt with, by how it ended; as in the audit trail.",
                        ofLane.add("outcome", word(outcome)),
                        own.stream()
                                .filter(total -> total.outcome() == outcome)
                                .mapToLong(Readings.Total::paths)
                                .sum());
            }
            families.counter(
                    "freshet_delivered_bytes",
                    "Bytes of content that were sent.",
                    ofLane,
                    own.stream().mapToLong(Readings.Total::bytes).sum());
            own.stream()
                    .filter(total -> total.outcome() == Outcome.FAILED)
                    .forEach(total -> families.counter(
                            "freshet_failed_deliveries",
                            "Deliveries of a path that failed, by error code; from its first failure on.",
                            ofLane.add("code", total.code()),
                            total.paths()));
        }
        families.counter(
                "freshet_verification_mismatches",
                "Paths that a verification found on the target otherwise than they were delivered.",
                labels,
                totals.stream()
                        .filter(total -> total.code().equals(MISMATCH))
                        .mapToLong(Readings.Total::paths)
                        .sum());
    }

    private static void age(
            Families families, String name, String help, Labels labels, @Nullable Instant since, Instant asOf) {
        if (since != null) {
            double seconds = Duration.between(since, asOf).toMillis() / 1000.0;
            families.gauge(name, help, labels, Math.max(0, seconds));
        }
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
