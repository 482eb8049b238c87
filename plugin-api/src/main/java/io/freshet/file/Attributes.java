package io.freshet.file;

/**
 * What is delivered of a path beside its content.
 *
 * @param mode permission bits (07777)
 * @param mtimeNanos modification time, nanoseconds since the epoch; a target may keep whole seconds only
 */
public record Attributes(int mode, int uid, int gid, long mtimeNanos) {}
