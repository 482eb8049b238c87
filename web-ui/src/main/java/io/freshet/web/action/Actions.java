package io.freshet.web.action;

import io.freshet.journal.AccountBook;
import io.freshet.journal.Hold;
import io.freshet.journal.HoldBook;
import io.freshet.journal.HoldReason;
import io.freshet.journal.NotificationKind;
import io.freshet.journal.PathAnswer;
import io.freshet.journal.PathAnswers;
import io.freshet.journal.Requests;
import io.freshet.journal.RunHistory;
import io.freshet.journal.RunRecord;
import io.freshet.journal.RunRequest;
import io.freshet.journal.RunState;
import io.freshet.journal.Wording;
import io.freshet.policy.Policies;
import io.freshet.policy.Policy;
import io.freshet.policy.Rate;
import io.freshet.web.account.Actor;
import io.freshet.web.account.Role;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What people command. Each command checks the role, leaves a row for the part that acts on it, and an audit row, all in
 * one transaction. Thread-safe; every method throws {@link RefusedException} with what to do next.
 */
public final class Actions {
    /** How long a folder goes first after <i>Send now</i>. */
    public static final Duration EXPEDITED_FOR = Duration.ofHours(2);

    private static final String LIMITING = "Limiting the bandwidth";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Requests requests;
    private final AccountBook accounts;
    private final HoldBook holds;
    private final RunHistory runs;
    private final PathAnswers paths;
    private final Policies policies;
    private final Clock clock;

    public Actions(
            JdbcClient jdbc, TransactionTemplate transaction, PathAnswers paths, Policies policies, Clock clock) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.requests = new Requests(jdbc);
        this.accounts = new AccountBook(jdbc);
        this.holds = new HoldBook(jdbc);
        this.runs = new RunHistory(jdbc);
        this.paths = paths;
        this.policies = policies;
        this.clock = clock;
    }

    /**
     * Lets a folder or file go first.
     *
     * @param path in any form that {@link PathAnswers} takes
     * @param target only there; null for every target of its source
     */
    public Sent send(Actor actor, String path, @Nullable String source, @Nullable String target, String reason) {
        require(actor, Role.REQUESTER, "Sending now");
        List<PathAnswer> places;
        try {
            places = paths.where(path, source, target);
        } catch (IllegalArgumentException e) {
            throw RefusedException.wrong("This is no path", String.valueOf(e.getMessage()));
        }
        if (target != null) {
            id(target);
        }
        List<PathAnswer> granted = granted(actor, places);
        List<String> targets = new ArrayList<>();
        transaction.executeWithoutResult(status -> {
            for (PathAnswer place : granted) {
                for (PathAnswer.AtTarget at : place.targets()) {
                    int id = id(at.target());
                    requests.expedite(
                            id,
                            place.path(),
                            actor.name(),
                            reason,
                            clock.instant().plus(EXPEDITED_FOR));
                    audit(actor, "send", id, at.target() + ": " + Wording.path(place.path()), reason);
                    targets.add(at.target());
                }
            }
        });
        if (targets.isEmpty()) {
            throw RefusedException.unknown(
                    "No target holds this path",
                    "'" + path + "' lies in no source and on no target. Give a path relative to a source.");
        }
        return new Sent(granted.get(0).path(), targets, EXPEDITED_FOR.toSeconds());
    }

    /** Returns those of some places that the actor may have sent: a requester, what lies in granted folders. */
    private List<PathAnswer> granted(Actor actor, List<PathAnswer> places) {
        if (actor.may(Role.OPERATOR)) {
            return places;
        }
        List<AccountBook.Grant> grants = accounts.grants(actor.name());
        List<PathAnswer> granted = places.stream()
                .filter(place -> grants.stream().anyMatch(grant -> grant.covers(place.source(), place.path())))
                .toList();
        if (granted.isEmpty() && !places.isEmpty()) {
            throw RefusedException.forbidden(
                    "This folder is not granted to you",
                    grants.isEmpty()
                            ? "No folder is yet. Ask an administrator."
                            : "You may send what is in "
                                    + grants.stream()
                                            .map(grant -> Wording.path(grant.text()))
                                            .collect(Collectors.joining(", "))
                                    + ". Ask an administrator for more.");
        }
        return granted;
    }

    /** Asks something of a run. */
    public void ofRun(Actor actor, String target, long number, RunRequest.Action action) {
        String verb = verb(action);
        require(actor, Role.OPERATOR, verb);
        int id = id(target);
        RunRecord run = runs.find(target, number).orElseThrow(() -> MissingRun.of(runs, target, number));
        requireSensible(run, action);
        transaction.executeWithoutResult(status -> {
            if (!requests.ofRun(id, number, action, actor.name())) {
                throw RefusedException.conflict(
                        "This was asked for already",
                        "The same request for run " + number + " of " + target + " waits for its answer.");
            }
            audit(actor, action.name().toLowerCase(Locale.ROOT), id, target + " run " + number, "");
        });
    }

    /**
     * Asks that what is at and below a path be compared again: the source with what it was seen to hold, and every target of
     * the source with what was delivered there.
     *
     * @param path in any form that {@link PathAnswers} takes; null for the whole source
     */
    public Compared rescan(Actor actor, String target, @Nullable String path, String reason) {
        require(actor, Role.OPERATOR, "Rescanning");
        int id = id(target);
        String below = path == null ? "" : place(path, target);
        return Objects.requireNonNull(transaction.execute(status -> {
            String source = requests.rescan(id, below, actor.name());
            audit(actor, "rescan", id, source + ": " + Wording.path(below), reason);
            return new Compared(source, below, requests.targetsOf(source));
        }));
    }

    /**
     * Asks that what a target holds at and below a path be compared with what was delivered there.
     *
     * @param path in any form that {@link PathAnswers} takes; null for the whole target
     * @param deep whether the target is to hash every file
     */
    public Verified verify(Actor actor, String target, @Nullable String path, boolean deep, String reason) {
        require(actor, Role.OPERATOR, "Verifying");
        int id = id(target);
        String below = path == null ? "" : place(path, target);
        transaction.executeWithoutResult(status -> {
            if (!requests.verify(id, below, deep, actor.name())) {
                throw RefusedException.conflict(
                        "This was asked for already", "The same verification of " + target + " waits for its turn.");
            }
            audit(actor, deep ? "verify-deep" : "verify", id, target + ": " + Wording.path(below), reason);
        });
        return new Verified(target, below, deep);
    }

    private String place(String path, String target) {
        try {
            return paths.where(path, null, target).stream()
                    .findFirst()
                    .map(PathAnswer::path)
                    .orElseThrow(() -> RefusedException.unknown(
                            "The source of " + target + " does not hold this path",
                            "'" + path + "' lies in another source or in none. Give a path relative to the source."));
        } catch (IllegalArgumentException e) {
            throw RefusedException.wrong("This is no path", String.valueOf(e.getMessage()));
        }
    }

    /** Stops deliveries to a target; changes queue up, nothing is lost. */
    public void pause(Actor actor, String target, String reason) {
        require(actor, Role.OPERATOR, "Pausing a target");
        int id = id(target);
        transaction.executeWithoutResult(status -> {
            if (!requests.pause(id, actor.name(), reason)) {
                throw RefusedException.conflict(target + " is paused already", "Resume it first to change the reason.");
            }
            audit(actor, "pause", id, target, reason);
        });
    }

    /** Lets deliveries to a target go on. */
    public void resume(Actor actor, String target) {
        require(actor, Role.OPERATOR, "Resuming a target");
        int id = id(target);
        transaction.executeWithoutResult(status -> {
            if (!requests.resume(id)) {
                throw RefusedException.conflict(target + " is not paused", "There is nothing to resume.");
            }
            audit(actor, "resume", id, target, "");
        });
    }

    /**
     * Lets a target be sent at most so much per second, from the next block on and until {@link #unlimitTarget}.
     *
     * @param limit as in the configuration: {@code 20MB/s}, or {@code unlimited}
     */
    public void limitTarget(Actor actor, String target, String limit, String reason) {
        require(actor, Role.OPERATOR, LIMITING);
        int id = id(target);
        OptionalLong bytes = rate(limit);
        transaction.executeWithoutResult(status -> {
            requests.limitTarget(id, bytes, actor.name(), reason);
            audit(actor, "bandwidth", id, target + ": " + limit, reason);
        });
    }

    /** Lets the configuration say again what a target may be sent per second. */
    public void unlimitTarget(Actor actor, String target) {
        require(actor, Role.OPERATOR, LIMITING);
        int id = id(target);
        transaction.executeWithoutResult(status -> {
            requireLimited(requests.unlimitTarget(id), target);
            audit(actor, "bandwidth", id, target + ": as configured", "");
        });
    }

    /** Lets all targets of a source together be sent at most so much per second; else as {@link #limitTarget}. */
    public void limitSource(Actor actor, String source, String limit, String reason) {
        require(actor, Role.OPERATOR, LIMITING);
        int id = sourceId(source);
        OptionalLong bytes = rate(limit);
        transaction.executeWithoutResult(status -> {
            requests.limitSource(id, bytes, actor.name(), reason);
            audit(actor, "bandwidth", null, "source " + source + ": " + limit, reason);
        });
    }

    /** Lets the configuration say again what all targets of a source may be sent per second. */
    public void unlimitSource(Actor actor, String source) {
        require(actor, Role.OPERATOR, LIMITING);
        int id = sourceId(source);
        transaction.executeWithoutResult(status -> {
            requireLimited(requests.unlimitSource(id), source);
            audit(actor, "bandwidth", null, "source " + source + ": as configured", "");
        });
    }

    private static OptionalLong rate(String limit) {
        try {
            return Rate.parse(limit);
        } catch (IllegalArgumentException e) {
            throw RefusedException.wrong("This is no bandwidth", String.valueOf(e.getMessage()));
        }
    }

    private static void requireLimited(boolean was, String name) {
        if (!was) {
            throw RefusedException.conflict(
                    "Nobody changed the bandwidth of " + name, "What the configuration says is in force already.");
        }
    }

    /**
     * Decides a hold, or approves it first where two persons have to.
     *
     * @param version what was looked at; null decides what the hold covers now
     * @param reason why; it is kept, and shown wherever the decision is
     */
    public Decided decide(Actor actor, long number, boolean approve, @Nullable String version, String reason) {
        Hold hold = holds.find(number)
                .orElseThrow(() -> RefusedException.unknown(
                        "There is no hold " + number, "`freshet holds` lists those that are open."));
        boolean isHostKey = hold.reason() == HoldReason.HOST_KEY_CHANGED;
        require(actor, isHostKey ? Role.ADMIN : Role.OPERATOR, isHostKey ? "Trusting a host key" : "Deciding a hold");
        if (!hold.reason().canBeDecided()) {
            throw RefusedException.conflict(
                    "Nobody can decide hold " + number + ": " + hold.detail(),
                    "It ends by itself once that is put right.");
        }
        if (reason.isBlank()) {
            throw RefusedException.wrong(
                    "A decision needs a reason", "Say in a few words why hold " + number + " is decided this way.");
        }
        return Objects.requireNonNull(transaction.execute(status -> {
            HoldBook.Decision decision =
                    holds.decide(number, approve, version, actor.name(), reason.strip(), goodFor(hold));
            requireDecided(number, decision);
            boolean waits = decision != HoldBook.Decision.DONE;
            NotificationKind.REQUEST.publish(jdbc);
            audit(
                    actor,
                    waits ? "approve-first" : approve ? "approve" : "reject",
                    id(hold.target()),
                    hold.target() + " hold " + number,
                    reason.strip());
            return new Decided(
                    number, hold.target(), waits, decision == HoldBook.Decision.FIRST_AGAIN, approve && !waits);
        }));
    }

    private Duration goodFor(Hold hold) {
        Instant now = clock.instant();
        Policy policy = policies.find(hold.policy()).orElseGet(() -> Policy.withDefaults(hold.policy()));
        return Duration.between(now, policy.approvalExpires(now));
    }

    private static void requireDecided(long number, HoldBook.Decision decision) {
        switch (decision) {
            case DONE, FIRST_OF_TWO, FIRST_AGAIN -> {}
            case SAME_PERSON ->
                throw RefusedException.conflict(
                        "You have approved hold " + number + " already",
                        "The policy of this target asks for two persons: somebody else has to approve it, too.");
            case GREW ->
                throw RefusedException.conflict(
                        "This hold changed while you looked", "It covers more than you were shown. Review it again.");
            case DECIDED_BEFORE ->
                throw RefusedException.conflict(
                        "Hold " + number + " is no longer open", "Somebody decided it, or its reason went away.");
            case UNKNOWN ->
                throw RefusedException.unknown("There is no hold " + number, "It was cleared away just now.");
        }
    }

    /** Returns the names of the targets that a question is about: the one that is named, or all there are. */
    public List<String> targets(@Nullable String target) {
        if (target != null) {
            id(target);
            return List.of(target);
        }
        return names();
    }

    private static void requireSensible(RunRecord run, RunRequest.Action action) {
        boolean running = run.state() == RunState.RUNNING;
        String name = "Run " + run.run() + " of " + run.target();
        switch (action) {
            case STOP -> {
                if (!running) {
                    throw RefusedException.conflict(name + " is not running", "There is nothing to stop.");
                }
            }
            case RESTART -> {
                if (!run.state().isRestartable()) {
                    throw RefusedException.conflict(
                            name + (running ? " is still running" : " has nothing left to do"),
                            running ? "Stop it first." : "It is complete; new changes make new runs by themselves.");
                }
            }
            case RERUN_FAILED -> {
                if (run.failed() == 0) {
                    throw RefusedException.conflict(name + " has no failed paths", "There is nothing to rerun.");
                }
            }
        }
    }

    private static String verb(RunRequest.Action action) {
        return switch (action) {
            case STOP -> "Stopping a run";
            case RESTART -> "Restarting a run";
            case RERUN_FAILED -> "Rerunning failed paths";
        };
    }

    static void require(Actor actor, Role needed, String what) {
        if (!actor.may(needed)) {
            throw RefusedException.forbidden(
                    what + " needs the " + needed.word() + " role",
                    "You are " + actor.name() + " (" + actor.role().word() + "). Ask an administrator.");
        }
    }

    private int id(String target) {
        return requests.target(target)
                .orElseThrow(() -> RefusedException.unknown(
                        "There is no target " + target,
                        Nearest.to(target, names())
                                .map(near -> "Did you mean " + near + "?")
                                .orElse("Targets are: " + String.join(", ", names()) + ".")));
    }

    private int sourceId(String source) {
        return requests.source(source)
                .orElseThrow(() -> RefusedException.unknown(
                        "There is no source " + source, "`freshet status` lists the sources there are."));
    }

    private List<String> names() {
        return jdbc.sql("SELECT name FROM target WHERE active ORDER BY name").query(String.class).list().stream()
                .map(Objects::requireNonNull)
                .toList();
    }

    private void audit(Actor actor, String action, @Nullable Integer target, String object, String reason) {
        requests.audit(new Requests.AuditEntry(actor.name(), actor.origin(), action, target, object, reason));
    }

    /**
     * What became of a decision.
     *
     * @param waitsForSecond whether it was the first of two approvals, so that the hold is open still
     * @param droppedFirst whether an earlier first approval counts no more, as the hold has grown since
     */
    public record Decided(long hold, String target, boolean waitsForSecond, boolean droppedFirst, boolean approved) {
        /** Returns what was done, as a sentence. */
        public String words() {
            if (!waitsForSecond) {
                return (approved ? "Approved hold " : "Rejected hold ") + hold + " on " + target + ".";
            }
            return (droppedFirst ? "The hold has grown since the first approval, which counts no more. " : "")
                    + "Hold " + hold + " on " + target
                    + " is approved by you and stays open: it waits for a second person.";
        }
    }

    /**
     * What is compared again.
     *
     * @param path relative to the source; empty for all of it
     * @param targets the targets of the source, each of which is compared
     */
    public record Compared(String source, String path, List<String> targets) {}

    /**
     * What is verified.
     *
     * @param path relative to the source; empty for the whole target
     */
    public record Verified(String target, String path, boolean deep) {}

    /**
     * What goes first now.
     *
     * @param path relative to its source
     */
    public record Sent(String path, List<String> targets, long forSeconds) {}
}
