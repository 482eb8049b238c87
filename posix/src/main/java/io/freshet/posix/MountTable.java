package io.freshet.posix;

import io.freshet.path.RelativePath;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The decoding of {@code /proc/self/mountinfo} (proc_pid_mountinfo(5)). */
final class MountTable {
    private static final int ID_FIELD = 0;
    private static final int MOUNT_POINT_FIELD = 4;
    private static final int MOUNT_OPTIONS_FIELD = 5;
    private static final int FIRST_OPTIONAL_FIELD = 6;
    /** After the hyphen that ends the optional fields: type, what is mounted, options of the file system. */
    private static final int TYPE_AFTER_HYPHEN = 1;

    private static final int OPTIONS_AFTER_HYPHEN = 3;

    private MountTable() {}

    /** Returns the mount points strictly below an absolute path, with what is mounted on top, by path. */
    static Map<RelativePath, Mount> below(byte[] mountInfo, byte[] absolutePath) {
        byte[] prefix = absolutePath.length == 1 ? absolutePath : Arrays.copyOf(absolutePath, absolutePath.length + 1);
        prefix[prefix.length - 1] = '/';
        Map<RelativePath, Mount> found = new TreeMap<>();
        for (List<byte[]> line : lines(mountInfo)) {
            byte[] at = unescaped(line.get(MOUNT_POINT_FIELD));
            if (at.length > prefix.length && Arrays.equals(at, 0, prefix.length, prefix, 0, prefix.length)) {
                // Later lines were mounted later and hide earlier ones at the same place.
                found.put(RelativePath.of(Arrays.copyOfRange(at, prefix.length, at.length)), mount(line));
            }
        }
        return found;
    }

    /** Returns the mount with an id, which is that of {@code /proc/self/fdinfo}; empty where it is in nobody's view any more. */
    static Optional<Mount> byId(byte[] mountInfo, long id) {
        return lines(mountInfo).stream()
                .filter(line -> text(line, ID_FIELD).equals(Long.toString(id)))
                .map(MountTable::mount)
                .findFirst();
    }

    private static List<List<byte[]>> lines(byte[] mountInfo) {
        List<List<byte[]>> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < mountInfo.length; i++) {
            if (mountInfo[i] == '\n') {
                lines.add(fields(mountInfo, start, i));
                start = i + 1;
            }
        }
        return lines;
    }

    private static List<byte[]> fields(byte[] mountInfo, int from, int to) {
        List<byte[]> fields = new ArrayList<>();
        int start = from;
        for (int i = from; i <= to; i++) {
            if (i == to || mountInfo[i] == ' ') {
                fields.add(Arrays.copyOfRange(mountInfo, start, i));
                start = i + 1;
            }
        }
        return fields;
    }

    private static Mount mount(List<byte[]> fields) {
        int hyphen = FIRST_OPTIONAL_FIELD;
        while (hyphen < fields.size() && !text(fields, hyphen).equals("-")) {
            hyphen++;
        }
        Set<String> options = new HashSet<>();
        options.addAll(List.of(text(fields, MOUNT_OPTIONS_FIELD).split(",")));
        options.addAll(List.of(text(fields, hyphen + OPTIONS_AFTER_HYPHEN).split(",")));
        return new Mount(text(fields, hyphen + TYPE_AFTER_HYPHEN), options);
    }

    /** What the line does not have is empty. */
    private static String text(List<byte[]> fields, int field) {
        return field < fields.size() ? new String(fields.get(field), StandardCharsets.UTF_8) : "";
    }

    /** Undoes the kernel's octal escapes of space, tab, newline and backslash. */
    private static byte[] unescaped(byte[] field) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(field.length);
        for (int i = 0; i < field.length; i++) {
            if (field[i] == '\\' && i + 3 < field.length) {
                bytes.write(((field[i + 1] - '0') << 6) | ((field[i + 2] - '0') << 3) | (field[i + 3] - '0'));
                i += 3;
            } else {
                bytes.write(field[i]);
            }
        }
        return bytes.toByteArray();
    }
}
