package io.freshet.app.config;

import io.freshet.policy.Approvals;
import io.freshet.policy.Cron;
import io.freshet.policy.DeletionLimit;
import io.freshet.policy.Drift;
import io.freshet.policy.Extras;
import io.freshet.policy.Misfire;
import io.freshet.policy.Policy;
import io.freshet.policy.Rate;
import io.freshet.policy.Retry;
import io.freshet.policy.Unstable;
import io.freshet.policy.Verify;
import io.freshet.policy.Window;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code policies}. */
final class PolicyReader {
    static final Set<String> KEYS = Set.of(
            "name",
            "windows",
            "cron",
            "misfire",
            "time-zone",
            "bandwidth",
            "max-deletes",
            "max-deletes-per-run",
            "max-changes",
            "parallelism",
            "settle",
            "settle-max",
            "verify",
            "unstable",
            "linger",
            "extras",
            "drift",
            "retry",
            "four-eyes",
            "approvals-expire");
    static final Set<String> WINDOW_KEYS = Set.of("days", "from", "to", "bandwidth");
    static final Set<String> RETRY_KEYS = Set.of("first", "longest");
    static final Set<String> MAX_DELETES_KEYS = Set.of("count", "percent");

    private static final String NONE = "none";
    private static final Duration LONGEST_RETRY = Duration.ofDays(1);
    private static final Duration SHORTEST_APPROVAL = Duration.ofMinutes(1);
    private static final Duration LONGEST_APPROVAL = Duration.ofDays(365);

    /** By name; also those with other mistakes, so that naming them is not reported as one more. */
    private final Map<String, Policy> known = new LinkedHashMap<>();

    PolicyReader() {
        known.put(Policy.CONTINUOUS, Policy.withDefaults(Policy.CONTINUOUS));
    }

    /** Returns every policy that targets may name. */
    Map<String, Policy> known() {
        return known;
    }

    List<Policy> read(Value policies) {
        List<Policy> read = new ArrayList<>();
        for (Value value : policies.sequence("policies: [{name: nights, …}]")) {
            value.section(KEYS, "{name: nights, …}").flatMap(this::policy).ifPresent(read::add);
        }
        return read;
    }

    private Optional<Policy> policy(Section section) {
        Optional<String> name =
                section.required("name", "what targets call the policy by").flatMap(value -> value.read(this::newName));
        Policy policy = named(section, name.orElse("unnamed"));
        if (name.isEmpty()) {
            return Optional.empty();
        }
        known.put(policy.name(), policy);
        return Optional.of(policy);
    }

    /** Reads all but the name. */
    Policy named(Section section, String name) {
        Policy defaults = Policy.withDefaults(name);
        List<Window> windows = section.value("windows").map(this::windows).orElse(defaults.windows());
        ZoneId zone = section.value("time-zone")
                .flatMap(value -> value.read(PolicyReader::zone))
                .orElse(defaults.timeZone());
        OptionalLong bandwidth = section.value("bandwidth")
                .flatMap(value -> value.read(Rate::parse))
                .orElse(defaults.bytesPerSecond());
        DeletionLimit limit =
                section.value("max-deletes").flatMap(this::deletionLimit).orElse(defaults.maxDeletes());
        DeletionLimit limitPerRun = section.value("max-deletes-per-run")
                .flatMap(this::deletionLimit)
                .orElse(defaults.maxDeletesPerRun());
        Duration settle = duration(section, "settle", defaults.settle());
        Duration settleMax = duration(section, "settle-max", defaults.settleMax());
        Duration linger = duration(section, "linger", defaults.linger());
        Verify verify = section.value("verify")
                .flatMap(value -> value.read(PolicyReader::verify))
                .orElse(defaults.verify());
        Extras extras = section.value("extras")
                .flatMap(value -> value.read(PolicyReader::extras))
                .orElse(defaults.extras());
        Drift drift = section.value("drift")
                .flatMap(value -> value.read(PolicyReader::drift))
                .orElse(defaults.drift());
        Unstable unstable = section.value("unstable")
                .flatMap(value -> value.read(PolicyReader::unstable))
                .orElse(defaults.unstable());
        if (settleMax.compareTo(settle) < 0) {
            section.value("settle-max")
                    .or(() -> section.value("settle"))
                    .ifPresent(value -> value.wrong("settle-max must not be shorter than settle"));
            settleMax = settle;
        }
        Cron cron = cron(section);
        return new Policy(
                name,
                cron == null ? windows : List.of(),
                cron,
                misfire(section).orElse(defaults.misfire()),
                zone,
                bandwidth,
                limit,
                limitPerRun,
                section.value("max-changes").flatMap(this::deletionLimit).orElse(defaults.maxChanges()),
                section.value("parallelism")
                        .flatMap(value -> value.number(1, Policy.MOST_PARALLEL))
                        .map(Long::intValue)
                        .orElse(defaults.parallelism()),
                settle,
                settleMax,
                verify,
                unstable,
                linger,
                extras,
                drift,
                section.value("retry").flatMap(this::retry).orElse(defaults.retry()),
                approvals(section, defaults.approvals()));
    }

    /** Reads the schedule, and what has no meaning without one. */
    private static @Nullable Cron cron(Section section) {
        Optional<Value> written = section.value("cron");
        boolean windows = section.value("windows").isPresent();
        if (windows && written.isPresent()) {
            written.get()
                    .wrong(
                            "cannot be combined with windows: give one of them, windows for when targets may be served at"
                                    + " all, cron for when a run begins");
        }
        section.value("time-zone")
                .filter(value -> !windows && written.isEmpty())
                .ifPresent(value -> value.wrong("has no meaning without windows or cron"));
        section.value("misfire")
                .filter(value -> written.isEmpty())
                .ifPresent(value -> value.wrong("has no meaning without cron"));
        return written.flatMap(value -> value.read(Cron::parse)).orElse(null);
    }

    private static Optional<Misfire> misfire(Section section) {
        return section.value("misfire")
                .flatMap(value -> value.read(text -> switch (text) {
                    case "run-once" -> Misfire.RUN_ONCE;
                    case "skip" -> Misfire.SKIP;
                    default ->
                        throw new IllegalArgumentException(
                                "'" + text + "' must be run-once, to make up for missed firings by one"
                                        + " run, or skip, to wait for the next firing");
                }));
    }

    private static Approvals approvals(Section section, Approvals defaults) {
        boolean fourEyes = section.value("four-eyes").flatMap(Value::flag).orElse(defaults.fourEyes());
        Duration expireAfter = duration(section, "approvals-expire", defaults.expireAfter());
        if (expireAfter.compareTo(SHORTEST_APPROVAL) < 0 || expireAfter.compareTo(LONGEST_APPROVAL) > 0) {
            section.value("approvals-expire").ifPresent(wrong -> wrong.wrong("must be at least 1m and at most 365d"));
            expireAfter = defaults.expireAfter();
        }
        return new Approvals(fourEyes, expireAfter);
    }

    private Optional<Retry> retry(Value value) {
        return value.section(RETRY_KEYS, "{first: 500ms, longest: 2m}").flatMap(section -> {
            Duration first = duration(section, "first", Retry.DEFAULT.first());
            Duration longest = duration(section, "longest", Retry.DEFAULT.longest());
            if (first.compareTo(Duration.ofMillis(1)) < 0) {
                section.value("first").ifPresent(wrong -> wrong.wrong("must be at least 1ms"));
                return Optional.empty();
            }
            if (longest.compareTo(LONGEST_RETRY) > 0) {
                section.value("longest").ifPresent(wrong -> wrong.wrong("must be at most 1d"));
                return Optional.empty();
            }
            if (longest.compareTo(first) < 0) {
                section.value("longest")
                        .or(() -> section.value("first"))
                        .ifPresent(wrong -> wrong.wrong("longest must not be shorter than first"));
                return Optional.empty();
            }
            return Optional.of(new Retry(first, longest));
        });
    }

    private String newName(String text) {
        if (text.equals(Policy.CONTINUOUS)) {
            throw new IllegalArgumentException("'" + text + "' is built in; choose another name");
        }
        if (known.containsKey(text)) {
            throw new IllegalArgumentException("there is another policy '" + text + "' already; names must be unique");
        }
        return Names.check(text);
    }

    private List<Window> windows(Value value) {
        List<Value> written = value.sequence("windows: [{days: mon-fri, from: \"22:00\", to: \"06:00\"}]");
        List<Window> windows = new ArrayList<>();
        for (Value window : written) {
            window.section(WINDOW_KEYS, "{days: mon-fri, from: \"22:00\", to: \"06:00\"}")
                    .flatMap(this::window)
                    .ifPresent(windows::add);
        }
        if (value.isEmptyList()) {
            value.wrong("an empty list would look like 'never' but mean 'always'; leave the key out for always");
        }
        return windows;
    }

    private Optional<Window> window(Section section) {
        Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
        section.required("days", "for example mon-fri, or [sat, sun]").ifPresent(value -> {
            for (Value day : value.list()) {
                day.read(Quantity::days).ifPresent(days::addAll);
            }
            if (value.isEmptyList()) {
                value.wrong("names no day");
            }
        });
        Optional<LocalTime> from = section.required("from", "when the window opens, for example \"22:00\"")
                .flatMap(value -> value.read(Quantity::time));
        Optional<LocalTime> to = section.required("to", "when the window closes, for example \"06:00\"")
                .flatMap(value -> value.read(Quantity::time));
        Long bandwidth = section.value("bandwidth")
                .flatMap(value -> value.read(Rate::parse))
                .map(rate -> rate.orElse(Window.UNLIMITED))
                .orElse(null);
        if (days.isEmpty() || from.isEmpty() || to.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Window(days, from.get(), to.get(), bandwidth));
    }

    private static ZoneId zone(String text) {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException unknown) {
            String meant = Spelling.nearest(text, ZoneId.getAvailableZoneIds())
                    .map(candidate -> " Did you mean " + candidate + "?")
                    .orElse(" Write a name such as Europe/Berlin or UTC.");
            throw new IllegalArgumentException("'" + text + "' is no time zone." + meant, unknown);
        }
    }

    private static Verify verify(String text) {
        return switch (text) {
            case "in-flight" -> Verify.IN_FLIGHT;
            case "run" -> Verify.RUN;
            case "full" -> Verify.FULL;
            default ->
                throw new IllegalArgumentException("'" + text
                        + "' must be in-flight, or run to have each run hash on the target what it has sent, or full"
                        + " to have the target hash everything once a day, too");
        };
    }

    private static Extras extras(String text) {
        return switch (text) {
            case "hold" -> Extras.HOLD;
            case "leave" -> Extras.LEAVE;
            case "delete" -> Extras.DELETE;
            default ->
                throw new IllegalArgumentException("'" + text + "' must be hold, leave or delete: what becomes of what"
                        + " the target holds and we never put there");
        };
    }

    private static Drift drift(String text) {
        return switch (text) {
            case "overwrite" -> Drift.OVERWRITE;
            case "hold" -> Drift.HOLD;
            default ->
                throw new IllegalArgumentException("'" + text + "' must be overwrite or hold: what becomes of what"
                        + " somebody changed on the target, when it is to be replaced or deleted");
        };
    }

    private static Unstable unstable(String text) {
        return switch (text) {
            case "publish" -> Unstable.PUBLISH;
            case "wait" -> Unstable.WAIT;
            default ->
                throw new IllegalArgumentException("'" + text
                        + "' must be publish, to send a file that never holds still as it was read, or wait");
        };
    }

    private Optional<DeletionLimit> deletionLimit(Value value) {
        if (!value.isSection()) {
            return value.read(text -> {
                if (text.equals(NONE)) {
                    return DeletionLimit.NONE;
                }
                throw new IllegalArgumentException("'" + text + "' must be {count: 5000, percent: 10}, or 'none'");
            });
        }
        return value.section(MAX_DELETES_KEYS, "{count: 5000, percent: 10}").flatMap(section -> {
            Optional<Long> count = section.required("count", "how many entries may be concerned, for example 5000")
                    .flatMap(written -> written.number(0, 999_999_999_999L));
            Optional<Double> percent = section.required(
                            "percent", "how much of the target may be concerned, for example 10")
                    .flatMap(written -> written.read(PolicyReader::percent));
            return count.flatMap(c -> percent.map(p -> new DeletionLimit(c, p)));
        });
    }

    private static double percent(String text) {
        String number =
                text.endsWith("%") ? text.substring(0, text.length() - 1).strip() : text;
        if (!number.matches("\\d{1,3}(\\.\\d{1,6})?") || Double.parseDouble(number) > 100) {
            throw new IllegalArgumentException("'" + text + "' must be a percentage of 0 to 100");
        }
        return Double.parseDouble(number);
    }

    private static Duration duration(Section section, String key, Duration otherwise) {
        return section.value(key)
                .flatMap(value -> value.read(Quantity::duration))
                .orElse(otherwise);
    }
}
