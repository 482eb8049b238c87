package io.freshet.app.lsyncd;

/**
 * One {@code sync} of a configuration: a source, and where it is copied to.
 *
 * @param line where the configuration calls it
 */
record Sync(int line, Mode mode, Item.Group options) {
    /** Which of lsyncd's ready-made ways of copying is meant. */
    enum Mode {
        RSYNC,
        RSYNCSSH,
        DIRECT,
        /** Commands or functions of the configuration's own. */
        OWN
    }
}
