package io.freshet.file;

/**
 * What is delivered of a path beside its content.
 *
 * @param mode permission bits (07777)
 * @param mtimeNanos modification time, nanoseconds since the epoch; a target may keep whole seconds only
 */
public record Attributes(int mode, int uid, int gid, long mtimeNanos, ExtendedAttributes extended) {
    /** Attributes of a path of which nobody asked for the extended ones. */
    public Attributes(int mode, int uid, int gid, long mtimeNanos) {
        this(mode, uid, gid, mtimeNanos, ExtendedAttributes.NOT_ASKED);
    }
}
