package io.freshet.watch.linux;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The numbers and the decoding of linux/fanotify.h (fanotify(7)). */
final class Fanotify {
    // fanotify_init(2)
    static final int FAN_CLOEXEC = 0x1;
    static final int FAN_NONBLOCK = 0x2;
    static final int FAN_UNLIMITED_QUEUE = 0x10;
    static final int FAN_REPORT_FID = 0x200;
    static final int FAN_REPORT_DIR_FID = 0x400;
    static final int FAN_REPORT_NAME = 0x800;
    static final int FAN_REPORT_TARGET_FID = 0x1000;
    static final int FAN_REPORT_DFID_NAME_TARGET =
            FAN_REPORT_FID | FAN_REPORT_DIR_FID | FAN_REPORT_NAME | FAN_REPORT_TARGET_FID;

    // fanotify_mark(2)
    static final int FAN_MARK_ADD = 0x1;
    static final int FAN_MARK_REMOVE = 0x2;
    static final int FAN_MARK_FILESYSTEM = 0x100;

    static final long FAN_MODIFY = 0x2;
    static final long FAN_ATTRIB = 0x4;
    static final long FAN_CLOSE_WRITE = 0x8;
    static final long FAN_CREATE = 0x100;
    static final long FAN_DELETE = 0x200;
    static final long FAN_Q_OVERFLOW = 0x4000;
    static final long FAN_RENAME = 0x10000000;
    static final long FAN_ONDIR = 0x40000000;

    /** What a reader asks for. */
    static final long EVERY_CHANGE =
            FAN_MODIFY | FAN_ATTRIB | FAN_CLOSE_WRITE | FAN_CREATE | FAN_DELETE | FAN_RENAME | FAN_ONDIR;

    /** The layout version that the decoding knows. */
    static final int FANOTIFY_METADATA_VERSION = 3;

    private static final int INFO_TYPE_FID = 1;
    private static final int INFO_TYPE_DFID_NAME = 2;
    private static final int INFO_TYPE_DFID = 3;
    private static final int INFO_TYPE_OLD_DFID_NAME = 10;
    private static final int INFO_TYPE_NEW_DFID_NAME = 12;

    // struct fanotify_event_metadata
    private static final int VERSION = 4;
    private static final int METADATA_LENGTH = 6;
    private static final int MASK = 8;
    // struct fanotify_event_info_fid, with struct file_handle in it
    private static final int INFO_LENGTH = 2;
    private static final int FSID = 4;
    private static final int HANDLE = 12;
    private static final int HANDLE_BYTES = 8;

    private Fanotify() {}

    /** {@code struct file_handle} (open_by_handle_at(2)) with the id of its file system; equal for one object. */
    record Handle(long fileSystem, Bytes struct) {}

    /** A directory and a name in it; the name is {@code .} for the directory itself and empty if none was given. */
    record Place(Handle directory, Bytes name) {
        boolean isDirectoryItself() {
            byte[] bytes = name.value();
            return bytes.length == 0 || (bytes.length == 1 && bytes[0] == '.');
        }
    }

    /** One event; a rename has two places, every other at most {@code at}. */
    record Event(
            long mask,
            @Nullable Place at,
            @Nullable Place oldPlace,
            @Nullable Place newPlace,
            @Nullable Handle target) {
        boolean has(long bit) {
            return (mask & bit) != 0;
        }
    }

    /**
     * Decodes what one read returned.
     *
     * @throws IllegalStateException if the kernel's layout is another one
     */
    static List<Event> decode(ByteBuffer buffer, int length) {
        List<Event> events = new ArrayList<>();
        int at = 0;
        while (at < length) {
            int eventLength = buffer.getInt(at);
            if (buffer.get(at + VERSION) != FANOTIFY_METADATA_VERSION) {
                throw new IllegalStateException("fanotify events have layout version " + buffer.get(at + VERSION)
                        + ", known is " + FANOTIFY_METADATA_VERSION);
            }
            events.add(decodeEvent(buffer, at, at + eventLength));
            at += eventLength;
        }
        return events;
    }

    private static Event decodeEvent(ByteBuffer buffer, int from, int to) {
        Place at = null;
        Place oldPlace = null;
        Place newPlace = null;
        Handle target = null;
        int info = from + (buffer.getShort(from + METADATA_LENGTH) & 0xffff);
        while (info < to) {
            int length = buffer.getShort(info + INFO_LENGTH) & 0xffff;
            switch (buffer.get(info)) {
                case INFO_TYPE_FID -> target = handle(buffer, info);
                case INFO_TYPE_DFID, INFO_TYPE_DFID_NAME -> at = place(buffer, info, info + length);
                case INFO_TYPE_OLD_DFID_NAME -> oldPlace = place(buffer, info, info + length);
                case INFO_TYPE_NEW_DFID_NAME -> newPlace = place(buffer, info, info + length);
                default -> {}
            }
            info += length;
        }
        return new Event(buffer.getLong(from + MASK), at, oldPlace, newPlace, target);
    }

    private static Handle handle(ByteBuffer buffer, int info) {
        byte[] struct = new byte[HANDLE_BYTES + buffer.getInt(info + HANDLE)];
        buffer.get(info + HANDLE, struct);
        return new Handle(buffer.getLong(info + FSID), new Bytes(struct));
    }

    private static Place place(ByteBuffer buffer, int info, int end) {
        Handle directory = handle(buffer, info);
        int start = info + HANDLE + directory.struct().value().length;
        int nul = start;
        while (nul < end && buffer.get(nul) != 0) {
            nul++;
        }
        byte[] name = new byte[nul - start];
        buffer.get(start, name);
        return new Place(directory, new Bytes(name));
    }
}
