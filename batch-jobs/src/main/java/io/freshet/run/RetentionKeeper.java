package io.freshet.run;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.Cleared;
import io.freshet.journal.Keeping;
import io.freshet.journal.RetentionBook;
import io.freshet.journal.RetentionPass;
import io.freshet.journal.RetentionState;
import io.freshet.policy.Retention;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Clears away what is kept no longer: at the start of the process, every night, and what was put off or went wrong every ten
 * minutes until it is done. Called that often by one thread of its own.
 */
final class RetentionKeeper {
    static final Duration LOOK = Duration.ofMinutes(10);
    /** Of the machine's time zone. */
    private static final LocalTime NIGHT = LocalTime.of(3, 0);

    private static final Logger LOG = LoggerFactory.getLogger(RetentionKeeper.class);

    /** One kind of things. */
    private record Step(String what, Clearing clearing, Period kept) {}

    private interface Clearing {
        Cleared clear(RetentionPass pass, Instant before);
    }

    private final RetentionBook book;
    private final List<Step> steps;
    private final String node;
    private final Clock clock;
    private boolean begun;

    RetentionKeeper(RetentionBook book, Keeping keeping, Retention retention, String node, Clock clock) {
        this.book = book;
        this.node = node;
        this.clock = clock;
        // Months first: they are what deliveries need. Batch metadata last: of runs that went it is not needed any
        // more.
        this.steps = List.of(
                new Step("deliveries", keeping::deliveries, retention.deliveries()),
                new Step("changes", keeping::changes, retention.changes()),
                new Step("runs", keeping::runs, retention.runs()),
                new Step("actions", keeping::actions, retention.actions()),
                new Step("batch metadata", keeping::batchMetadata, retention.batchMetadata()));
    }

    void keep() {
        try {
            if (!begun || isDue(book.state())) {
                book.begin(node).ifPresent(this::clear);
                begun = true;
            }
        } catch (FreshetException | DataAccessException e) {
            LOG.warn("event=retention_failed next_try_in={} message=\"{}\"", LOOK, e.getMessage());
        }
    }

    private boolean isDue(RetentionState state) {
        Instant succeeded = state.succeededAt();
        return state.endedAt() == null
                || state.failure() != null
                || succeeded == null
                || succeeded.isBefore(lastNight());
    }

    private Instant lastNight() {
        ZonedDateTime now = clock.instant().atZone(ZoneId.systemDefault());
        ZonedDateTime night = now.with(NIGHT);
        return (night.isAfter(now) ? night.minusDays(1) : night).toInstant();
    }

    /** What fails does not keep the rest from being cleared away. */
    private void clear(RetentionPass pass) {
        Instant begunAt = clock.instant();
        Cleared all = new Cleared();
        List<String> failures = new ArrayList<>();
        for (Step step : steps) {
            try {
                all.add(step.clearing.clear(pass, Retention.before(pass.now(), step.kept)));
            } catch (RuntimeException e) {
                if (e instanceof FreshetException known
                        && (known.code() == ErrorCode.STOPPED || known.code() == ErrorCode.LEASE_LOST)) {
                    LOG.info("event=retention_ended message=\"{}\"", e.getMessage());
                    return;
                }
                LOG.warn("event=retention_failed what=\"{}\" message=\"{}\"", step.what, e.getMessage(), e);
                failures.add(step.what + ": " + e.getMessage());
            }
        }
        all.postponed().forEach(what -> failures.add("put off: " + what));
        String done = all.inWords();
        book.end(pass, done, failures.isEmpty() ? null : String.join("; ", failures));
        LOG.info(
                "event=retention pass={} took={} cleared=\"{}\" put_off={}",
                pass.number(),
                Duration.between(begunAt, clock.instant()),
                done,
                all.postponed());
    }
}
