package io.freshet.architecture.violations.undescribed.journal;

/** A class in a package without a description. */
final class Undescribed {}
