package io.freshet.journal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was cleared away, and what somebody's lock has put off.
 *
 * @param counts how much of what, in words
 * @param postponed what is to be tried again soon, as phrases
 */
public record Cleared(Map<String, Long> counts, List<String> postponed) {
    public Cleared {
        counts = new LinkedHashMap<>(counts);
        postponed = new ArrayList<>(postponed);
    }

    /** Nothing yet. */
    public Cleared() {
        this(Map.of(), List.of());
    }

    /** Adds what else was cleared away. */
    public void add(Cleared more) {
        more.counts.forEach(this::add);
        postponed.addAll(more.postponed);
    }

    void add(String what, long count) {
        if (count > 0) {
            counts.merge(what, count, Long::sum);
        }
    }

    void postpone(String what) {
        postponed.add(what);
    }

    /** Returns all of it as a list in words; "nothing" where there was nothing. */
    public String inWords() {
        if (counts.isEmpty()) {
            return "nothing";
        }
        StringBuilder words = new StringBuilder();
        counts.forEach((what, count) -> words.append(words.isEmpty() ? "" : ", ")
                .append(what)
                .append(": ")
                .append(count));
        return words.toString();
    }
}
