package io.freshet.architecture.violations.names.run.util;

/** A class in a package that could hold anything. */
final class Anything {}
