package io.freshet.watch.linux;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The numbers and the decoding of linux/inotify.h (inotify(7)). */
final class Inotify {
    static final int IN_CLOEXEC = 02000000;
    static final int IN_NONBLOCK = 04000;

    static final int IN_MODIFY = 0x2;
    static final int IN_ATTRIB = 0x4;
    static final int IN_CLOSE_WRITE = 0x8;
    static final int IN_MOVED_FROM = 0x40;
    static final int IN_MOVED_TO = 0x80;
    static final int IN_CREATE = 0x100;
    static final int IN_DELETE = 0x200;
    static final int IN_DELETE_SELF = 0x400;
    static final int IN_MOVE_SELF = 0x800;
    static final int IN_UNMOUNT = 0x2000;
    static final int IN_Q_OVERFLOW = 0x4000;
    static final int IN_IGNORED = 0x8000;
    static final int IN_ONLYDIR = 0x01000000;
    static final int IN_EXCL_UNLINK = 0x04000000;
    static final int IN_ISDIR = 0x40000000;

    /** What a reader asks for in a directory. */
    static final int EVERY_CHANGE = IN_MODIFY
            | IN_ATTRIB
            | IN_CLOSE_WRITE
            | IN_MOVED_FROM
            | IN_MOVED_TO
            | IN_CREATE
            | IN_DELETE
            | IN_ONLYDIR
            | IN_EXCL_UNLINK;

    /** What it asks for in the root as well. */
    static final int LOSS = IN_DELETE_SELF | IN_MOVE_SELF;

    // struct inotify_event
    private static final int MASK = 4;
    private static final int COOKIE = 8;
    private static final int LENGTH = 12;
    private static final int NAME = 16;

    private Inotify() {}

    /** One event; the name is empty where it concerns the watched directory itself. */
    record Event(int watch, int mask, int cookie, Bytes name) {
        boolean has(int bit) {
            return (mask & bit) != 0;
        }
    }

    /** Decodes what one read returned. */
    static List<Event> decode(ByteBuffer buffer, int length) {
        List<Event> events = new ArrayList<>();
        int at = 0;
        while (at < length) {
            int padded = buffer.getInt(at + LENGTH);
            int end = at + NAME;
            while (end < at + NAME + padded && buffer.get(end) != 0) {
                end++;
            }
            byte[] name = new byte[end - at - NAME];
            buffer.get(at + NAME, name);
            events.add(new Event(
                    buffer.getInt(at), buffer.getInt(at + MASK), buffer.getInt(at + COOKIE), new Bytes(name)));
            at += NAME + padded;
        }
        return events;
    }
}
