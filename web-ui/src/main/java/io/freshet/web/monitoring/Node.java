package io.freshet.web.monitoring;

/**
 * The process that is watched.
 *
 * @param name what it is called among those that share a database
 * @param version of Freshet
 */
public record Node(String name, String version) {}
