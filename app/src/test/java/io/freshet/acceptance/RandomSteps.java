package io.freshet.acceptance;

import io.freshet.acceptance.Step.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Random sequences of steps that can be taken one after the other: what is there is kept in a sketch of the tree, so that
 * most steps meet something. The same seed makes the same sequence.
 */
final class RandomSteps {
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e");
    private static final List<String> NASTY = List.of(
            "line\nbreak",
            "\\xff\\xfe",
            "n".repeat(255),
            "-rf",
            "trailing ",
            "back\\\\slash",
            "*?[x",
            "\u00e4\u20ac",
            "percent%_",
            "tab\tand\u001bescape");
    private static final int DEEPEST = 4;

    private enum Type {
        FILE,
        DIRECTORY,
        OTHER
    }

    private final Random random;
    private final Map<Kind, Integer> weights;
    /** Types by path; the directory of the sequence itself is the empty path. */
    private final TreeMap<String, Type> sketch = new TreeMap<>(Map.of("", Type.DIRECTORY));

    RandomSteps(long seed, boolean hardLinks, boolean superuser) {
        this.random = new Random(seed);
        this.weights = new EnumMap<>(Kind.class);
        Arrays.stream(Kind.values()).forEach(kind -> weights.put(kind, weight(kind)));
        weights.put(Kind.LINK, hardLinks ? 5 : 0);
        weights.put(Kind.CHOWN, superuser ? 2 : 0);
    }

    private static int weight(Kind kind) {
        return switch (kind) {
            case WRITE -> 12;
            case MKDIR -> 9;
            case RENAME -> 12;
            case SWAP, MOVE_OUT, MOVE_IN, REPLACE -> 5;
            case JOURNALED, ARRIVED -> 2;
            case RMDIR, FIFO -> 1;
            default -> 3;
        };
    }

    List<Step> sequence(int length) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            steps.add(next());
        }
        return steps;
    }

    private Step next() {
        while (true) {
            Kind kind = kind();
            int number = random.nextInt(1_000_000);
            switch (kind) {
                case JOURNALED, ARRIVED -> {
                    return new Step(kind, "", "", number);
                }
                case WRITE, SAVE -> {
                    String path = random.nextInt(3) == 0 ? any(Type.FILE) : fresh();
                    if (path != null && sketch.get(path) != Type.DIRECTORY) {
                        put(path, Type.FILE);
                        return new Step(kind, path, "", number);
                    }
                }
                case MKDIR, SYMLINK, FIFO -> {
                    String path = fresh();
                    if (!sketch.containsKey(path)) {
                        put(path, kind == Kind.MKDIR ? Type.DIRECTORY : Type.OTHER);
                        return new Step(kind, path, kind == Kind.SYMLINK ? linkTarget() : "", number);
                    }
                }
                case MOVE_IN -> {
                    String path = fresh();
                    if (!sketch.containsKey(path)) {
                        put(path, number % 2 == 0 ? Type.FILE : Type.DIRECTORY);
                        return new Step(kind, path, "", number);
                    }
                }
                case RENAME, SWAP -> {
                    Step step = moving(kind, number);
                    if (step != null) {
                        return step;
                    }
                }
                case LINK -> {
                    String from = any(Type.FILE);
                    String to = fresh();
                    if (from != null && !sketch.containsKey(to)) {
                        put(to, Type.FILE);
                        return new Step(kind, from, to, number);
                    }
                }
                default -> {
                    String path = any(wanted(kind));
                    if (path != null) {
                        sketchOn(kind, path, number);
                        return new Step(kind, path, "", number);
                    }
                }
            }
        }
    }

    private Kind kind() {
        int all = weights.values().stream().mapToInt(Integer::intValue).sum();
        int at = random.nextInt(all);
        for (Map.Entry<Kind, Integer> entry : weights.entrySet()) {
            at -= entry.getValue();
            if (at < 0) {
                return entry.getKey();
            }
        }
        throw new IllegalStateException("weights do not add up");
    }

    /** Returns the type a kind needs; null where any will do. */
    private static Type wanted(Kind kind) {
        return switch (kind) {
            case APPEND, OVERWRITE, REWRITE_UNNOTICED, TRUNCATE -> Type.FILE;
            case RMDIR, REMOVE_TREE -> Type.DIRECTORY;
            default -> null;
        };
    }

    private void sketchOn(Kind kind, String path, int number) {
        switch (kind) {
            case DELETE -> {
                if (sketch.get(path) != Type.DIRECTORY) {
                    sketch.remove(path);
                }
            }
            case RMDIR -> {
                if (below(path).isEmpty()) {
                    sketch.remove(path);
                }
            }
            case REMOVE_TREE, MOVE_OUT -> remove(path);
            case REPLACE -> {
                Type before = sketch.get(path);
                remove(path);
                boolean makesDirectory = before != Type.DIRECTORY && number % 2 == 0;
                put(path, makesDirectory ? Type.DIRECTORY : Type.FILE);
            }
            default -> {
                // Leaves the names as they are.
            }
        }
    }

    private Step moving(Kind kind, int number) {
        String from = any(null);
        boolean over = kind == Kind.SWAP || random.nextInt(4) == 0;
        String to = over ? any(null) : fresh();
        if (from == null || to == null || related(from, to)) {
            return null;
        }
        if (kind == Kind.SWAP) {
            Map<String, Type> ones = take(from);
            Map<String, Type> others = take(to);
            give(ones, from, to);
            give(others, to, from);
            return new Step(kind, from, to, number);
        }
        Type replaced = sketch.get(to);
        boolean fits = replaced == null
                || (replaced == Type.DIRECTORY
                        ? sketch.get(from) == Type.DIRECTORY && below(to).isEmpty()
                        : sketch.get(from) != Type.DIRECTORY);
        if (!fits) {
            return null;
        }
        sketch.remove(to);
        give(take(from), from, to);
        return new Step(kind, from, to, number);
    }

    private static boolean related(String one, String other) {
        return one.equals(other) || one.startsWith(other + "/") || other.startsWith(one + "/");
    }

    private Map<String, Type> take(String path) {
        Map<String, Type> taken = new TreeMap<>(below(path));
        Type own = sketch.get(path);
        if (own != null) {
            taken.put(path, own);
        }
        remove(path);
        return taken;
    }

    private void give(Map<String, Type> taken, String from, String to) {
        taken.forEach((path, type) -> sketch.put(to + path.substring(from.length()), type));
    }

    private void put(String path, Type type) {
        sketch.put(path, type);
    }

    private void remove(String path) {
        below(path).clear();
        sketch.remove(path);
    }

    private Map<String, Type> below(String path) {
        return sketch.subMap(path + "/", path + "0");
    }

    /** Returns a path that the sketch has, of a type or of any, but the sequence's own directory; null if there is none. */
    private String any(Type type) {
        List<String> paths = sketch.entrySet().stream()
                .filter(entry -> !entry.getKey().isEmpty() && (type == null || entry.getValue() == type))
                .map(Map.Entry::getKey)
                .toList();
        return paths.isEmpty() ? null : paths.get(random.nextInt(paths.size()));
    }

    /** Returns a path in a directory that the sketch has, often a new one. */
    private String fresh() {
        List<String> directories = sketch.entrySet().stream()
                .filter(entry -> entry.getValue() == Type.DIRECTORY)
                .map(Map.Entry::getKey)
                .filter(path -> path.chars().filter(c -> c == '/').count() < DEEPEST)
                .toList();
        String directory = directories.get(random.nextInt(directories.size()));
        return (directory.isEmpty() ? "" : directory + "/") + name();
    }

    private String name() {
        return random.nextInt(6) == 0
                ? NASTY.get(random.nextInt(NASTY.size()))
                : NAMES.get(random.nextInt(NAMES.size()));
    }

    private String linkTarget() {
        List<String> targets = List.of("a", "../b", "nowhere/at all", "/etc/hostname", "line\nbreak\\xff", ".");
        return targets.get(random.nextInt(targets.size()));
    }
}
