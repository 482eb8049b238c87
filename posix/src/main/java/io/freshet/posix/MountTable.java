package io.freshet.posix;

import io.freshet.path.RelativePath;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The decoding of {@code /proc/self/mountinfo} (proc_pid_mountinfo(5)). */
final class MountTable {
    private static final int MOUNT_POINT_FIELD = 4;
    private static final int FIRST_OPTIONAL_FIELD = 6;

    private MountTable() {}

    /** Returns the mount points strictly below an absolute path, with the type of what is mounted on top, by path. */
    static Map<RelativePath, String> below(byte[] mountInfo, byte[] absolutePath) {
        byte[] prefix = absolutePath.length == 1 ? absolutePath : Arrays.copyOf(absolutePath, absolutePath.length + 1);
        prefix[prefix.length - 1] = '/';
        Map<RelativePath, String> found = new TreeMap<>();
        int start = 0;
        for (int i = 0; i < mountInfo.length; i++) {
            if (mountInfo[i] == '\n') {
                List<byte[]> fields = fields(mountInfo, start, i);
                byte[] at = unescaped(fields.get(MOUNT_POINT_FIELD));
                if (at.length > prefix.length && Arrays.equals(at, 0, prefix.length, prefix, 0, prefix.length)) {
                    // Later lines were mounted later and hide earlier ones at the same place.
                    found.put(RelativePath.of(Arrays.copyOfRange(at, prefix.length, at.length)), type(fields));
                }
                start = i + 1;
            }
        }
        return found;
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

    /** The type follows the hyphen that ends the optional fields. */
    private static String type(List<byte[]> fields) {
        for (int i = FIRST_OPTIONAL_FIELD; i + 1 < fields.size(); i++) {
            if (fields.get(i).length == 1 && fields.get(i)[0] == '-') {
                return new String(fields.get(i + 1), StandardCharsets.UTF_8);
            }
        }
        return "";
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
