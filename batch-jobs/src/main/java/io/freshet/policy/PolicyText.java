package io.freshet.policy;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a policy says, by the keys of the configuration and as it would be written there. */
public final class PolicyText {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
    private static final Map<String, Long> UNITS = units();

    private PolicyText() {}

    private static Map<String, Long> units() {
        Map<String, Long> units = new LinkedHashMap<>();
        units.put("GB/s", 1_000_000_000L);
        units.put("MB/s", 1_000_000L);
        units.put("kB/s", 1_000L);
        units.put("B/s", 1L);
        return units;
    }

    /** Returns every key with its value, also where that is the default; keys that have no meaning are left out. */
    public static Map<String, String> of(Policy policy) {
        Map<String, String> text = new LinkedHashMap<>();
        Cron cron = policy.cron();
        if (cron != null) {
            text.put("cron", cron.text());
            text.put("misfire", word(policy.misfire()));
        }
        if (!policy.windows().isEmpty()) {
            text.put(
                    "windows", policy.windows().stream().map(PolicyText::window).collect(Collectors.joining(", ")));
        }
        if (cron != null || !policy.windows().isEmpty()) {
            text.put("time-zone", policy.timeZone().getId());
        }
        text.put("bandwidth", rate(policy.bytesPerSecond()));
        text.put("max-deletes", limit(policy.maxDeletes()));
        text.put("max-deletes-per-run", limit(policy.maxDeletesPerRun()));
        text.put("max-changes", limit(policy.maxChanges()));
        text.put("parallelism", Integer.toString(policy.parallelism()));
        text.put("settle", duration(policy.settle()));
        text.put("settle-max", duration(policy.settleMax()));
        text.put("verify", word(policy.verify()));
        text.put("unstable", word(policy.unstable()));
        text.put("linger", duration(policy.linger()));
        text.put("extras", word(policy.extras()));
        text.put("drift", word(policy.drift()));
        text.put(
                "retry",
                "{first: " + duration(policy.retry().first()) + ", longest: "
                        + duration(policy.retry().longest()) + "}");
        text.put("four-eyes", Boolean.toString(policy.approvals().fourEyes()));
        text.put("approvals-expire", duration(policy.approvals().expireAfter()));
        return text;
    }

    /** Returns a document of what {@link #of} has returned, as the configuration would have it. */
    public static String document(Map<String, String> text) {
        StringBuilder document = new StringBuilder("{}".repeat(text.isEmpty() ? 1 : 0));
        text.forEach((key, value) -> {
            boolean isFlow = value.startsWith("{");
            String written = key.equals("windows")
                    ? "[" + value + "]"
                    : isFlow ? value : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
            document.append(key).append(": ").append(written).append('\n');
        });
        return document.toString();
    }

    private static String window(Window window) {
        Long rate = window.bytesPerSecond();
        String bandwidth = rate == null
                ? ""
                : ", bandwidth: " + rate(rate == Window.UNLIMITED ? OptionalLong.empty() : OptionalLong.of(rate));
        return "{days: " + days(window.days()) + ", from: \"" + TIME.format(window.from()) + "\", to: \""
                + (window.to().equals(LocalTime.MIDNIGHT) ? "24:00" : TIME.format(window.to())) + "\"" + bandwidth
                + "}";
    }

    private static String days(Set<DayOfWeek> days) {
        List<DayOfWeek> sorted = days.stream().sorted().toList();
        DayOfWeek first = sorted.get(0);
        DayOfWeek last = sorted.get(sorted.size() - 1);
        boolean isRange = sorted.size() > 2 && last.getValue() - first.getValue() == sorted.size() - 1;
        return isRange
                ? day(first) + "-" + day(last)
                : sorted.stream().map(PolicyText::day).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String day(DayOfWeek day) {
        return day.name().substring(0, 3).toLowerCase(Locale.ROOT);
    }

    private static String rate(OptionalLong bytesPerSecond) {
        if (bytesPerSecond.isEmpty()) {
            return "unlimited";
        }
        long rate = bytesPerSecond.getAsLong();
        return UNITS.entrySet().stream()
                .filter(unit -> rate % unit.getValue() == 0)
                .findFirst()
                .map(unit -> rate / unit.getValue() + unit.getKey())
                .orElseThrow();
    }

    private static String limit(DeletionLimit limit) {
        if (limit.equals(DeletionLimit.NONE)) {
            return "none";
        }
        boolean whole = limit.percent() == Math.rint(limit.percent());
        String percent = whole ? Long.toString(Math.round(limit.percent())) : Double.toString(limit.percent());
        return "{count: " + limit.count() + ", percent: " + percent + "}";
    }

    private static String duration(Duration duration) {
        if (duration.isZero()) {
            return "0";
        }
        return Stream.of(
                        Map.entry("d", 86_400_000L),
                        Map.entry("h", 3_600_000L),
                        Map.entry("m", 60_000L),
                        Map.entry("s", 1000L))
                .filter(unit -> duration.toNanosPart() % 1_000_000 == 0 && duration.toMillis() % unit.getValue() == 0)
                .findFirst()
                .map(unit -> duration.toMillis() / unit.getValue() + unit.getKey())
                .orElse(duration.toMillis() + "ms");
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
