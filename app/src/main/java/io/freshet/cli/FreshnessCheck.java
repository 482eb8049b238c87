package io.freshet.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Judges by a server's status whether targets are fresh enough. All moments are those of the server's database.
 *
 * @param maxLag critical above
 * @param warnLag a warning above; null for none
 * @param maxFailed critical if more paths than these fail; null where they are no matter
 * @param target the only one to look at; null for all
 */
record FreshnessCheck(
        Duration maxLag,
        @Nullable Duration warnLag,
        @Nullable Long maxFailed,
        @Nullable String target) {
    private static final int LONGEST_REASON = 200;

    /** What a plugin says, the worst last: not to know is worse than a warning, and no excuse for what is known. */
    enum Level {
        OK(0),
        WARNING(1),
        UNKNOWN(3),
        CRITICAL(2);

        private final int status;

        Level(int status) {
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /** The line to print, and what it says. */
    record Answer(Level level, String line) {
        static Answer of(Level level, String words, String performance) {
            String plain = VisibleText.of(words).replace('|', '/');
            return new Answer(
                    level, "FRESHET " + level + " - " + plain + (performance.isEmpty() ? "" : " | " + performance));
        }

        static Answer unknown(String why) {
            return of(Level.UNKNOWN, why, "");
        }
    }

    private record Finding(Level level, String words) {}

    Answer of(JsonNode status) {
        Instant asOf = Instant.parse(status.path("asOf").asString(""));
        List<Finding> findings = new ArrayList<>();
        List<String> performance = new ArrayList<>();
        for (JsonNode source : status.path("sources")) {
            for (JsonNode each : source.path("targets")) {
                if (target == null || target.equals(each.path("target").asString())) {
                    findings.add(judge(each, asOf));
                    performance.add(performance(each));
                }
            }
        }
        if (findings.isEmpty()) {
            return Answer.unknown(target == null ? "there are no targets" : "there is no target '" + target + "'");
        }
        Level worst = findings.stream()
                .map(Finding::level)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        String words = worst == Level.OK
                ? findings.size() + (findings.size() == 1 ? " target is" : " targets are") + " fresh"
                : findings.stream()
                        .filter(finding -> finding.level != Level.OK)
                        .sorted(Comparator.comparing(Finding::level).reversed())
                        .map(Finding::words)
                        .collect(Collectors.joining("; "));
        return Answer.of(worst, words, String.join(" ", performance));
    }

    private Finding judge(JsonNode status, Instant asOf) {
        String name = status.path("target").asString() + ": ";
        JsonNode lag = status.path("lagSeconds");
        if (lag.isNumber() && exceeds(lag, maxLag)) {
            return new Finding(Level.CRITICAL, name + "a change waits for " + waited(status));
        }
        long failed = status.path("failed").asLong();
        if (maxFailed != null && failed > maxFailed) {
            return new Finding(Level.CRITICAL, name + failed + (failed == 1 ? " path fails" : " paths fail"));
        }
        for (JsonNode hold : status.path("holds")) {
            // What is extra on a target delays nothing.
            if (!hold.path("reason").asString().equals("EXTRAS") && isLongAgo(hold.path("openedAt"), asOf)) {
                return new Finding(
                        Level.CRITICAL,
                        name + "held: " + brief(hold.path("detail").asString("")));
            }
        }
        if (isLongAgo(status.path("failing").path("since"), asOf)) {
            return new Finding(Level.CRITICAL, name + "failing: " + reason(status));
        }
        if (!lag.isNumber()
                || status.path("condition").asString("UNKNOWN").equals("UNKNOWN")
                || !status.path("observedAt").isString()
                || isLongAgo(status.path("observedAt"), asOf)) {
            return new Finding(Level.UNKNOWN, name + "not observed: " + reason(status));
        }
        if (warnLag != null && exceeds(lag, warnLag)) {
            return new Finding(Level.WARNING, name + "a change waits for " + waited(status));
        }
        return new Finding(Level.OK, name + "fresh");
    }

    /** Lag comes in whole seconds, rounded down. */
    private static boolean exceeds(JsonNode lagSeconds, Duration limit) {
        return Duration.ofSeconds(lagSeconds.asLong()).compareTo(limit) > 0;
    }

    private boolean isLongAgo(JsonNode moment, Instant asOf) {
        return moment.isString()
                && Duration.between(Instant.parse(moment.asString()), asOf).compareTo(maxLag) > 0;
    }

    private static String waited(JsonNode status) {
        return Wording.seconds(status.path("lagSeconds")) + ": " + reason(status);
    }

    private static String reason(JsonNode status) {
        return Wording.state(status.path("condition")) + ": "
                + brief(status.path("reason").asString(""));
    }

    private static String brief(String words) {
        int end = words.offsetByCodePoints(0, Math.min(LONGEST_REASON, words.codePointCount(0, words.length())));
        return end == words.length() ? words : words.substring(0, end) + "…";
    }

    /** Label, value with its unit, warning, critical, minimum; U is what is not known. */
    private String performance(JsonNode status) {
        String name = status.path("target").asString().replaceAll("['=\\s]", "_");
        JsonNode lag = status.path("lagSeconds");
        return String.format(
                Locale.ROOT,
                "'%1$s_lag'=%2$s;%3$s;%4$d;0 '%1$s_pending'=%5$d;;;0 '%1$s_failed'=%6$d;;%7$s;0",
                name,
                lag.isNumber() ? lag.asLong() + "s" : "U",
                warnLag == null ? "" : Long.toString(warnLag.toSeconds()),
                maxLag.toSeconds(),
                status.path("pending").asLong() + status.path("unplanned").asLong(),
                status.path("failed").asLong(),
                maxFailed == null ? "" : maxFailed.toString());
    }
}
