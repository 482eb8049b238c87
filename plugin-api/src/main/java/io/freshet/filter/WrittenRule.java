package io.freshet.filter;

/**
 * A filter rule as somebody wrote it.
 *
 * @param excludes whether a match is left out and kept on targets, rather than replicated
 */
public record WrittenRule(String text, boolean excludes, RuleOrigin origin) {}
