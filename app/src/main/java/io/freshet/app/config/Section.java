package io.freshet.app.config;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** Keys and values that belong together in the file; unknown and repeated keys were reported when it was made. */
final class Section {
    private final MappingNode node;
    private final String key;
    private final Problems problems;
    private final Map<String, Value> values = new HashMap<>();
    /** Keys that are there in some form, so that saying "missing" as well would only confuse. */
    private final Set<String> attempted = new HashSet<>();

    private boolean flawed;

    private Section(MappingNode node, String key, Problems problems) {
        this.node = node;
        this.key = key;
        this.problems = problems;
    }

    static Section of(
            MappingNode node,
            String key,
            Predicate<String> isKnown,
            Set<String> known,
            Map<String, String> instead,
            Problems problems) {
        Section section = new Section(node, key, problems);
        for (NodeTuple tuple : node.getValue()) {
            section.add(tuple, isKnown, known, instead);
        }
        return section;
    }

    /** Returns whether a key was unknown, repeated or without a value, so that something may be missing that was meant. */
    boolean isFlawed() {
        return flawed;
    }

    private void add(NodeTuple tuple, Predicate<String> isKnown, Set<String> known, Map<String, String> instead) {
        Node name = tuple.getKeyNode();
        if (!(name instanceof ScalarNode scalar)) {
            flawed = true;
            problems.add(name.getStartMark(), key, "a key must be a single word");
            return;
        }
        String word = scalar.getValue();
        String full = key.isEmpty() ? word : key + "." + word;
        Value value = new Value(tuple.getValueNode(), full, problems);
        boolean wasFlawed = flawed;
        flawed = true;
        if (instead.containsKey(word)) {
            problems.add(name.getStartMark(), full, "there is no such key: " + instead.get(word));
        } else if (!isKnown.test(word)) {
            Optional<String> meant = Spelling.nearest(word, known);
            meant.ifPresent(attempted::add);
            problems.add(
                    name.getStartMark(),
                    full,
                    "there is no such key. "
                            + meant.map(candidate -> "Did you mean " + candidate + "?")
                                    .orElse("There are " + String.join(", ", new TreeSet<>(known)) + "."));
        } else if (!attempted.add(word) && values.containsKey(word)) {
            problems.add(
                    name.getStartMark(), full, "this key is given twice; the first time it is " + firstPlace(word));
        } else if (value.isNothing()) {
            problems.add(name.getStartMark(), full, "has no value");
        } else {
            values.put(word, value);
            flawed = wasFlawed;
        }
    }

    private String firstPlace(String word) {
        for (NodeTuple tuple : node.getValue()) {
            if (tuple.getKeyNode() instanceof ScalarNode scalar
                    && scalar.getValue().equals(word)) {
                return "in line " + (scalar.getStartMark().getLine() + 1);
            }
        }
        return "above";
    }

    Optional<Value> value(String word) {
        return Optional.ofNullable(values.get(word));
    }

    /**
     * Returns the value of a key that must be there.
     *
     * @param meaning what it says, read after "is missing:"
     */
    Optional<Value> required(String word, String meaning) {
        if (!attempted.contains(word)) {
            problems.add(node.getStartMark(), key.isEmpty() ? word : key + "." + word, "is missing: " + meaning);
        }
        return value(word);
    }
}
