package io.freshet.app.config;

import io.freshet.policy.InvalidPolicyException;
import io.freshet.policy.Policy;
import io.freshet.policy.PolicyParser;
import java.io.StringReader;
import java.util.List;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** Reads a policy from a document of its own, as {@code policies} of the configuration are read. Thread-safe. */
public final class PolicyDocument implements PolicyParser {
    private static final String EXAMPLE = "cron: \"30 2 * * *\" and so on";

    @Override
    public Policy parse(String name, String document) {
        Problems problems = new Problems("policy " + name);
        Optional<Policy> policy = compose(document, problems)
                .flatMap(value -> value.section(PolicyReader.KEYS, EXAMPLE))
                .map(section -> {
                    checkName(name, section, problems);
                    return new PolicyReader().named(section, name);
                });
        try {
            problems.throwIfAny();
        } catch (ConfigurationException wrong) {
            List<InvalidPolicyException.Problem> found = wrong.problems().stream()
                    .map(each -> new InvalidPolicyException.Problem(each.key(), each.line(), each.message()))
                    .toList();
            throw new InvalidPolicyException(name, found);
        }
        return policy.orElseThrow();
    }

    private static void checkName(String name, Section section, Problems problems) {
        try {
            Names.check(name);
        } catch (IllegalArgumentException refused) {
            problems.add(null, "name", String.valueOf(refused.getMessage()));
        }
        section.value("name")
                .ifPresent(value -> value.text().ifPresent(written -> {
                    if (!written.equals(name)) {
                        value.wrong(
                                "'" + written + "' must be left out, or be '" + name + "', by which it was asked for");
                    }
                }));
    }

    private static Optional<Value> compose(String document, Problems problems) {
        try {
            Node root = new Yaml(new LoaderOptions()).compose(new StringReader(document));
            if (root != null) {
                return Optional.of(new Value(root, "", problems));
            }
            problems.add(null, "", "there is nothing in it; write {} for a policy that has every default");
        } catch (MarkedYAMLException malformed) {
            problems.add(malformed.getProblemMark(), "", "this is neither YAML nor JSON: " + malformed.getProblem());
        } catch (YAMLException malformed) {
            problems.add(null, "", "this is neither YAML nor JSON: " + malformed.getMessage());
        }
        return Optional.empty();
    }
}
