package io.freshet.web.monitoring;

import java.util.List;

/** How the parts of this process are. Thread-safe; answers within seconds, whatever is wrong. */
public interface NodeHealth {
    /**
     * A part of the process.
     *
     * @param detail what is wrong, or how it is, in words that anybody may read
     */
    record Part(String name, boolean ok, String detail) {}

    /** Returns the parts without which the process had better be started again; does not ask the database. */
    List<Part> alive();

    /** Returns the parts that must do their work for the process to do its own. */
    List<Part> ready();
}
