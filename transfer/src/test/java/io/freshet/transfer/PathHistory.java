package io.freshet.transfer;

import io.freshet.failure.ErrorCode;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The states that every path goes through while a list of operations is carried out, and the judge of what is found when
 * that was broken off: every path must be in one of its states, no older than what is said to be done.
 */
public final class PathHistory {
    private static final int BEFORE = -1;

    /** @param operation index of the one that brings the state about, or {@link #BEFORE} */
    private record Version(int operation, String state) {}

    private final Map<String, List<Version>> versions = new TreeMap<>();
    private final Map<Integer, Set<String>> touched = new HashMap<>();

    void before(String path, String state) {
        versions.put(path, new ArrayList<>(List.of(new Version(BEFORE, state))));
    }

    void after(int operation, String path, String state) {
        versions.computeIfAbsent(path, fresh -> new ArrayList<>(List.of(new Version(BEFORE, TreeStates.ABSENT))))
                .add(new Version(operation, state));
        touched.computeIfAbsent(operation, none -> new HashSet<>()).add(path);
    }

    /** What was found wrong, in words, and which operations were found to have taken effect. */
    public record Findings(List<String> wrong, BitSet inEffect) {}

    /**
     * Judges what is there.
     *
     * @param unknown the code with which operations may have failed that have taken effect all the same; null if none
     */
    public Findings judge(List<Result> results, Map<String, String> found, ErrorCode unknown) {
        List<String> wrong = new ArrayList<>();
        found.keySet().stream()
                .filter(path -> !versions.containsKey(path))
                .forEach(path -> wrong.add(path + " was never to be there: " + found.get(path)));
        BitSet inEffect = new BitSet();
        BitSet refused = new BitSet();
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof Result.Done) {
                inEffect.set(i);
            } else if (((Result.Failed) results.get(i)).code() != unknown) {
                refused.set(i);
            }
        }
        spread(inEffect, found);
        versions.forEach((path, all) -> {
            String state = found.getOrDefault(path, TreeStates.ABSENT);
            int least = leastOf(all, inEffect);
            boolean right = all.subList(least, all.size()).stream()
                    .anyMatch(version -> version.state().equals(state)
                            && (version.operation() == BEFORE || !refused.get(version.operation())));
            if (!right) {
                wrong.add(path + " is " + state + ", of " + all + " at least number " + least
                        + (all.get(least).operation() == BEFORE
                                ? ""
                                : ": " + results.get(all.get(least).operation())));
            }
        });
        return new Findings(wrong, inEffect);
    }

    /** Adds what must have taken effect, by what is there and by what came after it. */
    private void spread(BitSet inEffect, Map<String, String> found) {
        int before;
        do {
            before = inEffect.cardinality();
            versions.forEach((path, all) -> {
                String state = found.getOrDefault(path, TreeStates.ABSENT);
                int least = leastOf(all, inEffect);
                while (least < all.size() && !all.get(least).state().equals(state)) {
                    least++;
                }
                for (int i = 1; i <= least && i < all.size(); i++) {
                    inEffect.set(all.get(i).operation());
                }
            });
        } while (inEffect.cardinality() > before);
    }

    private static int leastOf(List<Version> all, BitSet inEffect) {
        int least = all.size() - 1;
        while (all.get(least).operation() != BEFORE
                && !inEffect.get(all.get(least).operation())) {
            least--;
        }
        return least;
    }

    public static List<Result.Failed> failures(List<Result> results) {
        return results.stream()
                .filter(result -> result instanceof Result.Failed)
                .map(result -> (Result.Failed) result)
                .toList();
    }

    /** What is left to do, in order. */
    public static List<Operation> remainder(List<Operation> operations, BitSet inEffect) {
        List<Operation> left = new ArrayList<>();
        for (int i = 0; i < operations.size(); i++) {
            if (!inEffect.get(i)) {
                left.add(operations.get(i));
            }
        }
        return left;
    }
}
