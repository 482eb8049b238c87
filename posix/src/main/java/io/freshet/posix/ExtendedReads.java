package io.freshet.posix;

import com.sun.jna.Memory;
import io.freshet.file.ExtendedAttributes;
import io.freshet.file.ExtendedAttributes.Selection;
import io.freshet.path.TextForm;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads the extended attributes of what a descriptor is open on, also by {@code O_PATH}, for which the calls for descriptors
 * are refused: through {@code /proc/self/fd}, which leads to that very object, be it a symlink.
 */
final class ExtendedReads {
    private ExtendedReads() {}

    /** Thrown with the error number for an object whose attributes cannot be read. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        final int error;

        Unreadable(int error) {
            super(Errno.text(error), null, false, false);
            this.error = error;
        }
    }

    static ExtendedAttributes of(int descriptor, Selection selection) throws Unreadable {
        if (selection.isEmpty()) {
            return ExtendedAttributes.NOT_ASKED;
        }
        byte[] path = Below.terminated(ProcessFiles.linkTo(descriptor).getBytes(StandardCharsets.US_ASCII));
        Memory block = Scratch.ofThread().block;
        long length = LibC.C.listxattr(path, block, Scratch.BLOCK);
        if (length < 0) {
            int error = Errno.last();
            if (error == Errno.EOPNOTSUPP) {
                return ExtendedAttributes.of(selection, Map.of());
            }
            throw new Unreadable(error);
        }
        byte[] names = block.getByteArray(0, (int) length);
        boolean superuser = LibC.C.geteuid() == 0;
        Map<String, byte[]> values = new TreeMap<>();
        int from = 0;
        for (int i = 0; i < names.length; i++) {
            if (names[i] == 0) {
                byte[] name = Below.terminated(names, from, i);
                String text = TextForm.encode(Arrays.copyOf(name, i - from));
                from = i + 1;
                if (selection.covers(text, superuser)) {
                    read(path, name, text, values);
                }
            }
        }
        return ExtendedAttributes.of(selection, values);
    }

    private static void read(byte[] path, byte[] name, String text, Map<String, byte[]> values) throws Unreadable {
        Memory block = Scratch.ofThread().block;
        long length = LibC.C.getxattr(path, name, block, Scratch.BLOCK);
        if (length >= 0) {
            values.put(text, block.getByteArray(0, (int) length));
            return;
        }
        int error = Errno.last();
        // Gone since the names were read.
        if (error != Errno.ENODATA) {
            throw new Unreadable(error);
        }
    }
}
