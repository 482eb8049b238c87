package io.freshet.web.page;

import io.freshet.journal.RunRecord;
import io.freshet.journal.RunState;
import io.freshet.journal.Wording;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long the last runs of a target took, as bars, oldest first, and in words. A mark below the line is a run with failures.
 *
 * @param words null where there is no run
 */
record RunTrend(List<Bar> bars, @Nullable String words) {
    /** How many runs are drawn. */
    static final int RUNS = 100;

    private static final int STEP = 6;
    private static final int HEIGHT = 64;
    private static final int LOWEST = 2;
    private static final int GAP = 2;
    private static final int MARK = 5;

    /**
     * A run, or the mark below it.
     *
     * @param kind clean, partly, failed, stopped or running
     * @param words what a pointer that rests there is told
     */
    record Bar(int x, int y, int height, String kind, String words) {}

    /** @param newestFirst as many as there are, up to {@link #RUNS} */
    static RunTrend of(List<RunRecord> newestFirst, Instant now) {
        List<RunRecord> shown = newestFirst.subList(0, Math.min(RUNS, newestFirst.size()));
        if (shown.isEmpty()) {
            return new RunTrend(List.of(), null);
        }
        Duration longest = shown.stream()
                .map(run -> run.took(now))
                .max(Duration::compareTo)
                .orElseThrow();
        List<Bar> bars = new ArrayList<>();
        for (int i = 0; i < shown.size(); i++) {
            RunRecord run = shown.get(shown.size() - 1 - i);
            int x = (RUNS - shown.size() + i) * STEP;
            int height = height(run.took(now), longest);
            String told = "Run " + run.run() + ": " + Wording.span(run.took(now));
            bars.add(new Bar(x, HEIGHT - height, height, kind(run.state()), told));
            if (run.state() == RunState.FAILED || run.state() == RunState.COMPLETED_WITH_FAILURES) {
                bars.add(new Bar(x, HEIGHT + GAP, MARK, "failed", told));
            }
        }
        return new RunTrend(bars, words(shown, longest, now));
    }

    private static String words(List<RunRecord> runs, Duration longest, Instant now) {
        Duration middle =
                runs.stream().map(run -> run.took(now)).sorted().toList().get(runs.size() / 2);
        long clean =
                runs.stream().filter(run -> run.state() == RunState.COMPLETED).count();
        return "Last " + Wording.count(runs.size(), "run") + ": half took " + Wording.span(middle)
                + " or more, the longest " + Wording.span(longest) + "; " + Wording.count(clean) + " clean";
    }

    /** Of the logarithm, as one run of hours would make all others vanish. */
    private static int height(Duration took, Duration longest) {
        double share = logarithm(took) / Math.max(1, logarithm(longest));
        return LOWEST + (int) Math.round((HEIGHT - LOWEST) * Math.min(1, share));
    }

    private static double logarithm(Duration took) {
        return Math.log10(1 + (double) Math.max(0, took.toMillis()));
    }

    private static String kind(RunState state) {
        return switch (state) {
            case COMPLETED -> "clean";
            case COMPLETED_WITH_FAILURES -> "partly";
            case FAILED -> "failed";
            case STOPPED -> "stopped";
            case RUNNING -> "running";
        };
    }
}
