package io.freshet.architecture.violations.stray.elsewhere;

/** A class in a package that no module has. */
final class Stray {}
