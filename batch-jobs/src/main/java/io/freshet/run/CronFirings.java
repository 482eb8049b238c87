package io.freshet.run;

import io.freshet.failure.FreshetException;
import io.freshet.journal.Firings;
import io.freshet.journal.TargetId;
import io.freshet.policy.Cron;
import io.freshet.policy.Misfire;
import io.freshet.policy.Policy;
import io.freshet.schedule.FiringSchedule;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins what schedules ask for. Which firings were carried out stands in the database, so each is carried out once, by
 * whichever process the schedule chose, and one that passed while no process was there is found by the next. Thread-safe.
 */
final class CronFirings {
    private static final Logger LOG = LoggerFactory.getLogger(CronFirings.class);
    /** What is carried out so late was missed; less is how long a busy machine may take. */
    private static final Duration MISSED_AFTER = Duration.ofMinutes(1);

    private static final Duration AGAIN_AFTER_FAILURE = Duration.ofSeconds(15);

    private final Firings firings;
    private final FiringSchedule schedule;
    private final Clock clock;
    private final Map<TargetId, Instant> nextLooks = new ConcurrentHashMap<>();

    CronFirings(Firings firings, FiringSchedule schedule, Clock clock) {
        this.firings = firings;
        this.schedule = schedule;
        this.clock = clock;
    }

    /** Takes over when runs to a target begin, and has what was missed seen to. */
    void follow(TargetId target, Policy policy) {
        Cron cron = policy.cron();
        if (cron == null) {
            firings.unschedule(target);
            schedule.neverFire(target);
            return;
        }
        firings.schedule(
                target, cron.text(), policy.timeZone().getId(), policy.misfire() == Misfire.SKIP, clock.instant());
        firings.schedule(target).ifPresent(known -> fireNext(target, known));
    }

    /**
     * Finds what is due although the schedule did not fire, as where the database was away when it should have; asked often, it
     * looks once a minute.
     */
    void look(TargetId target) {
        if (!clock.instant().isBefore(nextLooks.getOrDefault(target, Instant.MIN))) {
            fire(target);
        }
    }

    /** Carries out the newest firing that is due, if there is one, and has the next one fire. */
    void fire(TargetId target) {
        try {
            Instant now = clock.instant();
            nextLooks.put(target, now.plus(MISSED_AFTER));
            Optional<Firings.Decision> decided = firings.fire(target, known -> decide(known, now));
            decided.ifPresent(decision -> LOG.info(
                    "event=fired target={} due={} missed={} begins={}",
                    target.value(),
                    decision.dueAt(),
                    decision.missed(),
                    decision.begins()));
            firings.schedule(target).ifPresent(known -> fireNext(target, known));
        } catch (FreshetException e) {
            LOG.warn("event=not_fired target={} code={} message=\"{}\"", target.value(), e.code(), e.getMessage());
            schedule.fireAfter(target, AGAIN_AFTER_FAILURE);
        }
    }

    private static Optional<Firings.Decision> decide(Firings.Schedule known, Instant now) {
        Cron cron = Cron.parse(known.cron());
        ZoneId zone = ZoneId.of(known.timeZone());
        return cron.last(known.considered(), now, zone).map(due -> {
            boolean missed = due.plus(MISSED_AFTER).isBefore(now);
            return new Firings.Decision(due, missed, !missed || !known.skipsMissed());
        });
    }

    private void fireNext(TargetId target, Firings.Schedule known) {
        Instant next = Cron.parse(known.cron()).next(known.considered(), ZoneId.of(known.timeZone()));
        Duration left = Duration.between(clock.instant(), next);
        schedule.fireAfter(target, left.isNegative() ? Duration.ZERO : left);
    }
}
