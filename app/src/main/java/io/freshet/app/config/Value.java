package io.freshet.app.config;

import io.freshet.filter.RuleOrigin;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** A value in the file, with its place; what is wrong with it is reported and then answered by an empty result. */
final class Value {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{.*}|^\\$[A-Za-z_]\\w*(/.*)?$|^~(/.*)?$");

    private final Node node;
    private final String key;
    private final Problems problems;

    Value(Node node, String key, Problems problems) {
        this.node = node;
        this.key = key;
        this.problems = problems;
    }

    /**
     * Returns what a document holds.
     *
     * @param malformed what is said of one that cannot be read
     * @param empty what is said of one with nothing in it
     */
    static Optional<Value> compose(Reader document, Problems problems, String malformed, String empty) {
        try {
            Node root = new Yaml(new LoaderOptions()).compose(document);
            if (root != null) {
                return Optional.of(new Value(root, "", problems));
            }
            problems.add(null, "", empty);
        } catch (MarkedYAMLException e) {
            problems.add(e.getProblemMark(), "", malformed + ": " + e.getProblem());
        } catch (YAMLException e) {
            problems.add(null, "", malformed + ": " + e.getMessage());
        }
        return Optional.empty();
    }

    boolean isNothing() {
        return node.getTag().equals(Tag.NULL);
    }

    boolean isSection() {
        return node instanceof MappingNode;
    }

    boolean isEmptyList() {
        return node instanceof SequenceNode sequence && sequence.getValue().isEmpty();
    }

    /** Reports that this value is wrong. */
    void wrong(String message) {
        problems.add(node.getStartMark(), key, message);
    }

    /** Returns where this value stands. */
    RuleOrigin origin() {
        return new RuleOrigin(problems.file(), node.getStartMark().getLine() + 1);
    }

    /** Returns the text of a single value, whatever YAML takes its type to be: {@code 22:00} stays what it looks like. */
    Optional<String> text() {
        return pattern().filter(text -> {
            boolean isVariable = VARIABLE.matcher(text).find();
            if (isVariable) {
                wrong("'" + text + "': environment variables and ~ are not expanded; write the value itself");
            }
            return !isVariable;
        });
    }

    /** Returns the text of a single value in which {@code $} and {@code ~} are nothing special. */
    Optional<String> pattern() {
        if (!(node instanceof ScalarNode scalar)) {
            wrong("must be a single value, not a " + kind());
            return Optional.empty();
        }
        String text = scalar.getValue();
        if (text.isEmpty()) {
            wrong("must not be empty");
            return Optional.empty();
        }
        if (text.indexOf('\0') >= 0) {
            wrong("must not hold a NUL character");
            return Optional.empty();
        }
        return Optional.of(text);
    }

    /** Returns what a reader makes of the text; what it throws is the problem. */
    <T> Optional<T> read(Function<String, T> reader) {
        return text().flatMap(text -> {
            try {
                return Optional.of(reader.apply(text));
            } catch (IllegalArgumentException refused) {
                wrong(String.valueOf(refused.getMessage()));
                return Optional.empty();
            }
        });
    }

    /** Returns whether the value is {@code true}, where it is that or {@code false}. */
    Optional<Boolean> flag() {
        return read(text -> {
            if (!text.equals("true") && !text.equals("false")) {
                throw new IllegalArgumentException("'" + text + "' must be true or false");
            }
            return Boolean.valueOf(text);
        });
    }

    /** Returns a whole number of at least {@code least} and at most {@code most}. */
    Optional<Long> number(long least, long most) {
        return read(text -> {
            long number = text.matches("\\d{1,18}") ? Long.parseLong(text) : -1;
            if (number < least || number > most) {
                throw new IllegalArgumentException(
                        "'" + text + "' must be a whole number of " + least + " to " + most + ", without separators");
            }
            return number;
        });
    }

    /** Returns the elements of a list; a single value counts as a list of one. */
    List<Value> list() {
        if (node instanceof ScalarNode) {
            return List.of(this);
        }
        return sequence("");
    }

    /** Returns the elements of a list that must be written as one. */
    List<Value> sequence(String example) {
        if (!(node instanceof SequenceNode sequence)) {
            wrong("must be a list, not a " + kind() + (example.isEmpty() ? "" : "; write " + example));
            return List.of();
        }
        List<Value> elements = new ArrayList<>();
        for (Node element : sequence.getValue()) {
            Value value = new Value(element, key + "[" + elements.size() + "]", problems);
            elements.add(value);
            if (value.isNothing()) {
                value.wrong("there is no value behind the dash");
            }
        }
        elements.removeIf(Value::isNothing);
        return elements;
    }

    /** Returns the keys and values below, where only {@code known} keys may occur. */
    Optional<Section> section(Set<String> known, String example) {
        return section(known, Map.of(), example);
    }

    /**
     * Returns the keys and values below, where only {@code known} keys may occur.
     *
     * @param instead what to say about keys that are not known, but likely to be tried
     */
    Optional<Section> section(Set<String> known, Map<String, String> instead, String example) {
        if (!(node instanceof MappingNode mapping)) {
            wrong("must be keys and values, not a " + kind() + "; write " + example);
            return Optional.empty();
        }
        return Optional.of(Section.of(mapping, key, known::contains, known, instead, problems));
    }

    /** Returns the keys and values below, whichever they are. */
    Optional<Section> anySection() {
        if (!(node instanceof MappingNode mapping)) {
            wrong("must be keys and values, not a " + kind());
            return Optional.empty();
        }
        return Optional.of(Section.of(mapping, key, word -> true, Set.of(), Map.of(), problems));
    }

    private String kind() {
        if (node instanceof SequenceNode) {
            return "list";
        }
        return node instanceof MappingNode ? "group of keys" : "single value";
    }
}
