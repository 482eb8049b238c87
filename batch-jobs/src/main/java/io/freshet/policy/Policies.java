package io.freshet.policy;

import io.freshet.journal.PolicyBook;
import io.freshet.journal.PolicyVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Every policy that targets may name: the built-in one, those of the configuration, and those that people made since. One of
 * the configuration goes before one that was made under the same name. Thread-safe.
 */
public final class Policies {
    private final Map<String, Policy> configured = new LinkedHashMap<>();
    private final PolicyBook book;
    private final PolicyParser parser;
    private final Map<String, Versioned> parsed = new ConcurrentHashMap<>();

    /** @param configured those of the configuration */
    public Policies(List<Policy> configured, PolicyBook book, PolicyParser parser) {
        this.configured.put(Policy.CONTINUOUS, Policy.withDefaults(Policy.CONTINUOUS));
        configured.forEach(policy -> this.configured.put(policy.name(), policy));
        this.book = book;
        this.parser = parser;
    }

    /** A policy in a version. */
    public record Versioned(Policy policy, int version) {}

    /** Returns whether the configuration, or Freshet itself, says what the policy of this name is. */
    public boolean isConfigured(String name) {
        return configured.containsKey(name);
    }

    /** Returns the policy of this name, as it is now. */
    public Optional<Policy> find(String name) {
        Policy fixed = configured.get(name);
        return fixed != null
                ? Optional.of(fixed)
                : Optional.ofNullable(made().get(name)).map(Versioned::policy);
    }

    /** Returns all of them: what is configured, and then what was made, by name. */
    public List<Policy> all() {
        List<Policy> all = new ArrayList<>(configured.values());
        made().forEach((name, made) -> {
            if (!isConfigured(name)) {
                all.add(made.policy());
            }
        });
        return all;
    }

    /** Returns those that people made, by name, as they are now. */
    public Map<String, Versioned> made() {
        Map<String, Versioned> made = new LinkedHashMap<>();
        for (PolicyVersion version : book.made()) {
            made.put(version.name(), parsed(version));
        }
        return made;
    }

    private Versioned parsed(PolicyVersion version) {
        Versioned known = parsed.get(version.name());
        if (known != null && known.version() == version.version()) {
            return known;
        }
        Policy policy = parser.parse(version.name(), PolicyText.document(version.definition()));
        Versioned now = new Versioned(policy, version.version());
        parsed.put(version.name(), now);
        return now;
    }

    /**
     * Returns what a document says.
     *
     * @throws InvalidPolicyException with everything that is wrong with it
     */
    public Policy parse(String name, String document) {
        return parser.parse(name, document);
    }
}
