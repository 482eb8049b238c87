package io.freshet.filter;

/**
 * One rule in force.
 *
 * @param excludes whether a match hides and protects, rather than shows and puts at risk
 * @param sending whether it counts for what is sent
 * @param receiving whether it counts for what may be deleted
 * @param negated whether it takes effect where the pattern does not match
 * @param perishable whether it is ignored inside directories that are being deleted
 * @param text the rule as it was written
 */
record FilterRule(
        PathPattern pattern,
        boolean excludes,
        boolean sending,
        boolean receiving,
        boolean negated,
        boolean perishable,
        String text,
        RuleOrigin origin) {}
