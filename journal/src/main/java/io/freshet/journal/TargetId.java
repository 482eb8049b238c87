package io.freshet.journal;

/** The key of a target in the database. */
public record TargetId(int value) {}
