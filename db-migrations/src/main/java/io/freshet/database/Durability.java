package io.freshet.database;

import java.util.List;

/** How much an embedded server does so that a commit outlives a loss of power. */
enum Durability {
    /** Every commit is on disk before it is confirmed. */
    FULL,
    /** Nothing is forced to disk: for tests, whose databases nobody needs after them. */
    NONE;

    /** The server settings that decide it, with their values. */
    List<String> settings() {
        String value = this == FULL ? "on" : "off";
        return List.of("fsync=" + value, "synchronous_commit=" + value, "full_page_writes=" + value);
    }

    List<String> initdbOptions() {
        return this == FULL ? List.of() : List.of("--no-sync");
    }
}
