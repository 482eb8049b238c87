package io.freshet.web.page;

import io.freshet.journal.Completeness;
import io.freshet.journal.Hold;
import io.freshet.journal.PathAnswer;
import io.freshet.journal.RunRecord;
import io.freshet.journal.RunState;
import io.freshet.journal.SourceStatus;
import io.freshet.journal.TargetCondition;
import io.freshet.journal.TargetStatus;
import io.freshet.journal.TargetVerification;
import io.freshet.journal.Wording;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How things look on pages: the icon, tone and words of every state, the strip and weather of runs. For templates. */
public final class Look {
    private static final int STRIP_BARS = 20;
    private static final int BASELINE = 16;

    private final Wording wording;
    private final Instant now;

    Look(Wording wording, Instant now) {
        this.wording = wording;
        this.now = now;
    }

    /**
     * A state for the eye.
     *
     * @param icon the id of a symbol, without its prefix
     * @param tone ok, info, warn, err, held or neu
     */
    public record Badge(String icon, String tone, String word) {}

    public Badge condition(TargetCondition condition) {
        return switch (condition) {
            case UNKNOWN -> new Badge("unknown", "neu", "Not known");
            case HELD -> new Badge("held", "held", "Held");
            case PAUSED -> new Badge("pause", "neu", "Paused");
            case FAILING -> new Badge("error", "err", "Failing");
            case DELIVERING -> new Badge("deliver", "info", "Delivering");
            case WAITING -> new Badge("wait", "neu", "Waiting");
            case UP_TO_DATE -> new Badge("ok", "ok", "Up to date");
        };
    }

    public Badge arrival(PathAnswer.State state) {
        return switch (state) {
            case UNKNOWN -> new Badge("unknown", "neu", "Not known");
            case HELD -> new Badge("held", "held", "Held");
            case FAILED -> new Badge("error", "err", "Failed");
            case WAITING -> new Badge("wait", "info", "Waiting");
            case DELIVERED -> new Badge("ok", "ok", "Delivered");
            case EXCLUDED -> new Badge("none", "neu", "Excluded");
            case UNSUPPORTED -> new Badge("none", "warn", "Not supported");
            case ABSENT -> new Badge("none", "neu", "Not there");
        };
    }

    public Badge arrival(Completeness.State state) {
        return switch (state) {
            case COMPLETE -> new Badge("ok", "ok", "Complete");
            case WAITING -> new Badge("wait", "info", "Waiting");
            case FAILED -> new Badge("error", "err", "Failed: needs you");
            case HELD -> new Badge("held", "held", "Held: needs you");
        };
    }

    public Badge run(RunRecord run) {
        return switch (run.state()) {
            case RUNNING -> new Badge("deliver", "info", "Running");
            case COMPLETED -> new Badge("ok", "ok", "Completed");
            case COMPLETED_WITH_FAILURES ->
                run.failed() > 0
                        ? new Badge("warn", "warn", "Completed, " + Wording.count(run.failed()) + " failed")
                        : new Badge("held", "held", "Completed, " + Wording.count(run.held()) + " held");
            case FAILED -> new Badge("error", "err", "Failed");
            case STOPPED -> new Badge("stop", "neu", "Stopped");
        };
    }

    public Badge outcome(String outcome) {
        return switch (outcome) {
            case "TRANSFERRED" -> new Badge("ok", "ok", "Copied");
            case "TRANSFERRED_UNSTABLE" -> new Badge("retry", "warn", "Still changing");
            case "RENAMED" -> new Badge("ok", "ok", "Moved");
            case "LINKED" -> new Badge("ok", "ok", "Linked");
            case "DELETED" -> new Badge("ok", "ok", "Deleted");
            case "METADATA" -> new Badge("ok", "ok", "Attributes");
            case "ADOPTED" -> new Badge("none", "neu", "Found there");
            case "HELD" -> new Badge("held", "held", "Held");
            case "FAILED" -> new Badge("error", "err", "Failed");
            default -> new Badge("none", "neu", "Not supported");
        };
    }

    public Badge hold(Hold hold) {
        return switch (hold.state()) {
            case OPEN ->
                new Badge(
                        "held",
                        "held",
                        hold.firstApproval() != null && hold.firstApproval().stands()
                                ? "Needs a second person"
                                : "Needs you");
            case APPROVED -> new Badge("ok", "ok", "Approved");
            case REJECTED -> new Badge("stop", "neu", "Rejected");
            case RESOLVED -> new Badge("none", "neu", "Resolved by itself");
            case LAPSED -> new Badge("none", "neu", "Approved, but not done");
        };
    }

    /** What a hold says of two persons, and of what came before; null where there is nothing. */
    public @Nullable String terms(Hold hold) {
        Hold.FirstApproval first = hold.firstApproval();
        List<String> terms = new ArrayList<>();
        if (hold.note() != null) {
            terms.add("Open again: " + hold.note() + ".");
        }
        if (hold.state() == Hold.State.OPEN && first != null) {
            terms.add(
                    first.stands()
                            ? "Approved by " + first.by() + ", " + moment(first.at()) + " (" + first.reason()
                                    + "); waits for a second person."
                            : "The approval by " + first.by() + ", " + moment(first.at())
                                    + ", counts no more: the hold has grown since. It takes two persons.");
        } else if (hold.state() == Hold.State.OPEN && hold.fourEyes()) {
            terms.add("Approving takes two persons.");
        } else if (hold.state() == Hold.State.APPROVED && first != null) {
            terms.add("Approved first by " + first.by() + ": " + first.reason() + ".");
        }
        return terms.isEmpty() ? null : String.join(" ", terms);
    }

    /** The reason of a target that needs a person, under a heading that says so already. */
    public String need(TargetStatus target) {
        return target.reason().replaceFirst("^Needs you: ", "");
    }

    /** The badge of a step by Spring Batch's word for its state. */
    public Badge step(String status) {
        return switch (status) {
            case "COMPLETED" -> new Badge("ok", "ok", "Completed");
            case "STARTING", "STARTED" -> new Badge("deliver", "info", "Running");
            case "STOPPING", "STOPPED" -> new Badge("stop", "neu", "Stopped");
            case "FAILED", "ABANDONED" -> new Badge("error", "err", "Failed");
            default -> new Badge("unknown", "neu", "Not known");
        };
    }

    /** Why a run was started, in words. */
    public String cause(RunRecord run) {
        String by = run.requestedBy() == null ? "" : " by " + run.requestedBy();
        return switch (run.cause()) {
            case CHANGES -> "Changes";
            case SCHEDULE -> "Schedule";
            case REQUEST -> "Send now" + by;
            case RERUN -> "Rerun of " + run.parentRun() + by;
            case VERIFY -> "Verification" + (run.requestedBy() == null ? "" : " asked for" + by);
        };
    }

    /** Why a verification was opened, in words. */
    public String why(TargetVerification verification) {
        return switch (verification.reason()) {
            case REQUEST -> "Asked for by " + verification.requestedBy();
            case POLICY -> "Policy";
            case ADOPTION -> "The target held things before Freshet came";
        };
    }

    /** How far a verification is. */
    public Badge verification(TargetVerification verification) {
        if (verification.finishedAt() != null) {
            TargetVerification.Counts counts = verification.counts();
            return counts.missing() + counts.differing() == 0
                    ? new Badge("ok", "ok", "Equal")
                    : new Badge("warn", "warn", "Differed, was put right");
        }
        return verification.begunAt() == null
                ? new Badge("wait", "neu", "Waits")
                : new Badge("deliver", "info", "Under way");
    }

    /** The policy that a run used, by name and version; runs from before there were versions know all that it said. */
    public String policy(RunRecord run) {
        return run.policyVersion() == null ? run.policy() : run.policy() + ", version " + run.policyVersion();
    }

    /** What a run did, each with the part of the report that lists it. */
    public List<Counter> counters(RunRecord run) {
        return List.of(
                new Counter("Copied", run.transferred(), "TRANSFERRED"),
                new Counter("Moved", run.renamed(), "RENAMED"),
                new Counter("Deleted", run.deleted(), "DELETED"),
                new Counter("Attributes", run.metadata(), "METADATA"),
                new Counter("Found there", run.adopted(), "ADOPTED"),
                new Counter("Already right", run.unchanged(), ""),
                new Counter("Failed", run.failed(), "FAILED"),
                new Counter("Held", run.held(), "HELD"),
                new Counter("Excluded", run.excluded(), ""),
                new Counter("Not supported", run.unsupported(), "UNSUPPORTED"),
                new Counter("Verified", run.verified(), ""),
                new Counter("Differed", run.differing(), ""),
                new Counter("Extra", run.extra(), ""));
    }

    /** A number of a run; the outcome is empty where paths are counted and not listed. */
    public record Counter(String label, long count, String outcome) {
        public boolean isLink() {
            return count > 0 && !outcome.isEmpty();
        }
    }

    /** How a source is watched, for example {@code Watching by fanotify}. */
    public String watching(SourceStatus.Watcher watcher) {
        String state = Wording.code(watcher.state());
        return state.substring(0, 1).toUpperCase(Locale.ROOT)
                + state.substring(1)
                + (watcher.tier().isEmpty() ? "" : " by " + Wording.code(watcher.tier()));
    }

    public PathText path(String path) {
        return PathText.of(path);
    }

    /** The question that a hold puts to a person. */
    public String question(Hold hold) {
        return switch (hold.reason()) {
            case DELETIONS_OVER_LIMIT ->
                "Delete " + Wording.count(hold.manifestRows(), "entry") + " on " + hold.target() + "?";
            case CHANGES_OVER_LIMIT ->
                "Overwrite " + Wording.count(hold.paths(), "file") + " on " + hold.target() + "?";
            case SOURCE_EMPTY -> "Is " + hold.source() + " meant to be empty?";
            case SOURCE_MISSING -> hold.source() + " is missing";
            case SOURCE_REPLACED -> "Go on with the new " + hold.source() + "?";
            case MOUNT_MISSING -> "Is the mount below " + hold.source() + " meant to be gone?";
            case TARGET_REPLACED -> hold.target() + " was replaced. Go on with the new one?";
            case TARGET_FOREIGN -> hold.target() + " belongs to another Freshet";
            case TARGET_LOOP -> hold.target() + " leads back into " + hold.source();
            case HOST_KEY_CHANGED -> "Trust the new host key of " + hold.target() + "?";
            case DRIFT -> "Overwrite what was changed on " + hold.target() + "?";
            case EXTRAS -> "Delete " + Wording.count(hold.paths(), "extra entry") + " on " + hold.target() + "?";
        };
    }

    /** What approving does, as a verb with its number. */
    public String approval(Hold hold) {
        return switch (hold.reason()) {
            case DELETIONS_OVER_LIMIT -> "Delete " + Wording.count(hold.manifestRows(), "entry");
            case CHANGES_OVER_LIMIT -> "Overwrite " + Wording.count(hold.paths(), "file");
            case SOURCE_EMPTY, MOUNT_MISSING -> "It is meant to be";
            case SOURCE_REPLACED, TARGET_REPLACED -> "Go on with it";
            case SOURCE_MISSING, TARGET_FOREIGN, TARGET_LOOP -> "";
            case HOST_KEY_CHANGED -> "Trust the new key";
            case DRIFT -> "Overwrite";
            case EXTRAS -> "Delete " + Wording.count(hold.paths(), "extra entry");
        };
    }

    /** What rejecting does. */
    public String rejection(Hold hold) {
        return switch (hold.reason()) {
            case DELETIONS_OVER_LIMIT, CHANGES_OVER_LIMIT, EXTRAS -> "Keep them";
            case HOST_KEY_CHANGED -> "Keep refusing";
            case DRIFT -> "Keep theirs";
            default -> "Keep everything as it is";
        };
    }

    public String clock(Instant moment) {
        return wording.clock(moment, now);
    }

    public String moment(Instant moment) {
        return wording.moment(moment, now);
    }

    public String ago(Instant moment) {
        return Wording.ago(moment, now);
    }

    public String zone() {
        return wording.zoneName(now);
    }

    public String count(long count) {
        return Wording.count(count);
    }

    public String count(long count, String noun) {
        return Wording.count(count, noun);
    }

    public String bytes(long bytes) {
        return Wording.bytes(bytes);
    }

    public String seconds(long seconds) {
        return Wording.span(Duration.ofSeconds(seconds));
    }

    public String millis(long millis) {
        return Wording.span(Duration.ofMillis(millis));
    }

    public String took(RunRecord run) {
        return Wording.span(run.took(now));
    }

    public String rate(RunRecord run) {
        return Wording.rate(run.bytes(), run.took(now));
    }

    public String code(@Nullable String code) {
        return Wording.code(code);
    }

    /** Jenkins's weather: how many of the last five finished runs that had work were clean. */
    public @Nullable Weather weather(List<RunRecord> runs) {
        List<RunRecord> counted = runs.stream()
                .filter(run -> run.state() != RunState.RUNNING && run.state() != RunState.STOPPED)
                .limit(5)
                .toList();
        if (counted.size() < 3) {
            return null;
        }
        long clean = counted.stream()
                .filter(run -> run.state() == RunState.COMPLETED)
                .count();
        long percent = clean * 100 / counted.size();
        String word = percent >= 80
                ? "Clear"
                : percent >= 60 ? "Fair" : percent >= 40 ? "Cloudy" : percent >= 20 ? "Rain" : "Storm";
        return new Weather(word.toLowerCase(Locale.ROOT), word, clean + "/" + counted.size());
    }

    /** How the last runs went, as a picture of the sky and a share. */
    public record Weather(String icon, String word, String share) {}

    /** The bars of the last runs, oldest first: up is clean, down is failed; height is duration. */
    public List<Bar> strip(List<RunRecord> runs) {
        List<Bar> bars = new ArrayList<>();
        int shown = Math.min(STRIP_BARS, runs.size());
        for (int i = 0; i < shown; i++) {
            RunRecord run = runs.get(shown - 1 - i);
            int x = (STRIP_BARS - shown + i) * 6;
            int height = (int) Math.min(
                    14, 3 + Math.round(3 * Math.log10(1 + run.took(now).toMillis() / 100.0)));
            switch (run.state()) {
                case COMPLETED -> bars.add(new Bar(x, BASELINE - height, height, "clean"));
                case RUNNING -> bars.add(new Bar(x, BASELINE - height, height, "running"));
                case COMPLETED_WITH_FAILURES -> {
                    bars.add(new Bar(x, BASELINE - height, height, "clean"));
                    bars.add(new Bar(x, BASELINE, 4, "failed"));
                }
                case FAILED -> bars.add(new Bar(x, BASELINE, 7, "failed"));
                case STOPPED -> bars.add(new Bar(x, BASELINE - 4, 4, "stopped"));
            }
        }
        return bars;
    }

    /** A bar of the strip, in its own units. */
    public record Bar(int x, int y, int height, String kind) {}

    /** The strip in words. */
    public String stripLabel(List<RunRecord> runs) {
        long clean =
                runs.stream().filter(run -> run.state() == RunState.COMPLETED).count();
        long partly = runs.stream()
                .filter(run -> run.state() == RunState.COMPLETED_WITH_FAILURES)
                .count();
        long failed =
                runs.stream().filter(run -> run.state() == RunState.FAILED).count();
        return "Last " + Wording.count(runs.size(), "run") + ": " + clean + " clean, " + partly + " with failures, "
                + failed + " failed";
    }
}
