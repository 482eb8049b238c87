package io.freshet.web.page;

/** The version of Freshet, as the footer shows it. */
public record WebVersion(String text) {}
