package io.freshet.watch.linux;

import io.freshet.path.RelativePath;
import io.freshet.watch.UnwatchedSubtree;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The subtrees from which no events come, and when they are to be looked at next. Above {@value #MOST} of them they count as
 * one, the whole source. Changed by one thread; {@link #list} is for any.
 */
final class Unwatched {
    static final int MOST = 1000;

    private final long intervalNanos;
    private final Map<RelativePath, String> reasons = new TreeMap<>();
    private volatile List<UnwatchedSubtree> published = List.of();
    private long next = System.nanoTime();

    Unwatched(Duration interval) {
        this.intervalNanos = interval.toNanos();
    }

    void add(RelativePath path, String reason) {
        if (reasons.isEmpty()) {
            next = System.nanoTime() + intervalNanos;
        }
        if (reasons.size() >= MOST || reasons.containsKey(RelativePath.ROOT)) {
            reasons.clear();
            reasons.put(
                    RelativePath.ROOT,
                    "more than " + MOST + " directories are not watched, the last one because " + reason);
        } else {
            reasons.put(path, reason);
        }
        publish();
    }

    void remove(RelativePath path) {
        if (reasons.remove(path) != null) {
            publish();
        }
    }

    private void publish() {
        published = reasons.entrySet().stream()
                .map(entry -> new UnwatchedSubtree(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** Returns the subtrees whose time has come, all of them or none. */
    List<RelativePath> due() {
        if (reasons.isEmpty() || next - System.nanoTime() > 0) {
            return List.of();
        }
        next = System.nanoTime() + intervalNanos;
        return List.copyOf(reasons.keySet());
    }

    List<UnwatchedSubtree> list() {
        return published;
    }
}
