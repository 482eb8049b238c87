package io.freshet.posix;

import com.sun.jna.Memory;
import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** What {@code /proc/self} tells of this process's open files (proc(5)). */
final class ProcessFiles {
    private static final Path MOUNT_INFO = Path.of("/proc/self/mountinfo");

    private static final String MOUNT_ID = "mnt_id:";

    private ProcessFiles() {}

    /** Returns the link that leads to the very object behind a descriptor. */
    static String linkTo(int descriptor) {
        return "/proc/self/fd/" + descriptor;
    }

    /** Returns the absolute path that the object behind a descriptor has now; empty where it has none or too long a one. */
    static Optional<byte[]> pathOf(int descriptor) {
        byte[] link = Below.terminated(linkTo(descriptor).getBytes(StandardCharsets.US_ASCII));
        Memory buffer = Scratch.ofThread().link;
        long length = LibC.C.readlinkat(Constants.AT_FDCWD, link, buffer, buffer.size());
        if (length <= 0 || length == buffer.size() || buffer.getByte(0) != '/') {
            return Optional.empty();
        }
        return Optional.of(buffer.getByteArray(0, (int) length));
    }

    /** Returns the id that the mount table has for the mount through which a descriptor was opened, or -1. */
    static long mountOf(int descriptor) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/fdinfo/" + descriptor))) {
            return lines.filter(line -> line.startsWith(MOUNT_ID))
                    .map(line ->
                            Long.parseLong(line.substring(MOUNT_ID.length()).strip()))
                    .findFirst()
                    .orElse(-1L);
        } catch (IOException | UncheckedIOException e) {
            return -1;
        }
    }

    /** Returns the mount table of this process. */
    static byte[] mountInfo() {
        try {
            return Files.readAllBytes(MOUNT_INFO);
        } catch (IOException e) {
            throw new FreshetException(
                    ErrorCode.SOURCE_UNREADABLE,
                    "cannot read " + MOUNT_INFO + ", without which mounts inside a source go unseen: " + e.getMessage()
                            + "; mount /proc",
                    e);
        }
    }
}
