package io.freshet.posix;

import io.freshet.file.FileType;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The decoding of {@code struct linux_dirent64} records, which {@code getdents64(2)} fills a buffer with. */
final class Dirents {
    private static final int RECORD_LENGTH = 16;
    private static final int TYPE = 18;
    private static final int NAME = 19;
    private static final int FORMAT_SHIFT = 12;

    private Dirents() {}

    /** Takes one entry. */
    interface Visitor {
        // The type is null where the file system does not tell it in listings.
        void entry(byte[] name, @Nullable FileType type);
    }

    /** Hands every entry in the first {@code length} bytes to the visitor, without {@code .} and {@code ..}. */
    static void decode(ByteBuffer buffer, int length, Visitor visitor) {
        int at = 0;
        while (at < length) {
            int recordLength = buffer.getShort(at + RECORD_LENGTH) & 0xffff;
            int end = at + NAME;
            while (buffer.get(end) != 0) {
                end++;
            }
            byte[] name = new byte[end - at - NAME];
            buffer.get(at + NAME, name);
            if (!isDots(name)) {
                visitor.entry(name, type(buffer.get(at + TYPE)));
            }
            at += recordLength;
        }
    }

    /** Directory entry types are the format bits of a mode; 0 is "unknown", 14 a whiteout. */
    private static @Nullable FileType type(int direntType) {
        for (FileType type : FileType.values()) {
            if (type.formatBits() >> FORMAT_SHIFT == direntType) {
                return type;
            }
        }
        return null;
    }

    private static boolean isDots(byte[] name) {
        return name[0] == '.' && (name.length == 1 || (name.length == 2 && name[1] == '.'));
    }
}
