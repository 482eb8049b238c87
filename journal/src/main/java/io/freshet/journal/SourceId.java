package io.freshet.journal;

/** The key of a source in the database. */
public record SourceId(int value) {}
