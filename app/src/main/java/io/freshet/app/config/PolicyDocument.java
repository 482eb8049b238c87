package io.freshet.app.config;

import io.freshet.policy.InvalidPolicyException;
import io.freshet.policy.Policy;
import io.freshet.policy.PolicyParser;
import java.io.StringReader;
import java.util.List;
import java.util.Optional;

/** Reads a policy from a document of its own, as {@code policies} of the configuration are read. Thread-safe. */
public final class PolicyDocument implements PolicyParser {
    private static final String EXAMPLE = "cron: \"30 2 * * *\" and so on";

    @Override
    public Policy parse(String name, String document) {
        Problems problems = new Problems("policy " + name);
        Optional<Policy> policy = Value.compose(
                        new StringReader(document),
                        problems,
                        "this is neither YAML nor JSON",
                        "there is nothing in it; write {} for a policy that has every default")
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
}
