package io.freshet.architecture.violations.modules.watch;

/** What a lower module may not know. */
public final class Used {}
