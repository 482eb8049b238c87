package io.freshet.app.server;

/** A part that a server plays; one server plays all of them unless told otherwise. */
public enum Role {
    /** Watches the sources; beside the disk, with the privileges that takes. */
    WATCH,
    /** Delivers to the targets; beside the disk as well. */
    RUN,
    /** Answers pages, the REST API and commands. */
    WEB
}
