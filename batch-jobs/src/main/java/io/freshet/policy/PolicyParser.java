package io.freshet.policy;

/** Reads a policy as it is written in the configuration, from a document of its own. */
@FunctionalInterface
public interface PolicyParser {
    /**
     * Returns what a document says; keys that it leaves out have their defaults.
     *
     * @param document its keys and values, in YAML or JSON
     * @throws InvalidPolicyException with everything that is wrong with it
     */
    Policy parse(String name, String document);
}
