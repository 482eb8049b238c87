package io.freshet.watch;

import io.freshet.file.FileState;
import io.freshet.path.RelativePath;
import io.freshet.posix.DirectoryEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one look at a directory told, in the order of the names.
 *
 * @param entries with the directory itself in front if it is the root
 * @param time the file system's clock before the look, in nanoseconds since the epoch
 * @param digest of all that {@link #isSame} compares, so that equal digests mean equal listings; null where an entry is racy
 */
record Listing(
        RelativePath directory,
        List<DirectoryEntry> entries,
        long time,
        @Nullable UUID digest) {
    private static final int NUMBERS = 9 * Long.BYTES;
    /** Bytes that a directory has on its disk, or counts as such, from which on it is listed only when its turn comes. */
    private static final long LARGE = 64 * 1024;

    /** A directory in this one. */
    record Directory(RelativePath path, boolean large) {}

    static Listing of(RelativePath directory, List<DirectoryEntry> entries, long time) {
        DirectoryEntry[] sorted = entries.toArray(DirectoryEntry[]::new);
        Arrays.sort(sorted, Comparator.comparing(DirectoryEntry::path));
        List<DirectoryEntry> inOrder = List.of(sorted);
        return new Listing(directory, inOrder, time, digest(inOrder, time));
    }

    /** Returns whether an entry may change once more without a trace in its times. */
    boolean isRacy(FileState state) {
        return isRacy(state, time);
    }

    private static boolean isRacy(FileState state, long time) {
        return state.ctimeNanos() >= time;
    }

    /** Returns the directories in it. */
    List<Directory> directories() {
        return entries.stream()
                .filter(entry -> entry.state().isDirectory() && !entry.path().equals(directory))
                .map(entry -> new Directory(entry.path(), entry.state().size() >= LARGE))
                .toList();
    }

    private static @Nullable UUID digest(List<DirectoryEntry> entries, long time) {
        MessageDigest sha = sha256();
        ByteBuffer numbers = ByteBuffer.allocate(NUMBERS);
        for (DirectoryEntry entry : entries) {
            FileState state = entry.state();
            if (isRacy(state, time)) {
                return null;
            }
            byte[] name = entry.path().name();
            byte[] link = state.linkTarget() == null
                    ? new byte[0]
                    : state.linkTarget().getBytes(StandardCharsets.UTF_8);
            numbers.clear()
                    .putInt(name.length)
                    .putInt(link.length)
                    .putLong((long) state.type().code() << Integer.SIZE | state.mode())
                    .putInt(state.uid())
                    .putInt(state.gid())
                    .putLong(state.isDirectory() ? 0 : state.size())
                    .putLong(state.mtimeNanos())
                    .putLong(state.ctimeNanos())
                    .putLong(state.identity().inode())
                    .putLong(state.identity().birthNanos());
            sha.update(numbers.array(), 0, numbers.position());
            sha.update(name);
            sha.update(link);
        }
        ByteBuffer result = ByteBuffer.wrap(sha.digest());
        return new UUID(result.getLong(), result.getLong());
    }

    /** Returns whether nothing that a look can see happened between two looks at one path. */
    static boolean isSame(FileState now, FileState then) {
        return isSameObject(now, then)
                && (now.isDirectory() || now.size() == then.size())
                && now.ctimeNanos() == then.ctimeNanos()
                && now.attributes().equals(then.attributes())
                && Objects.equals(now.linkTarget(), then.linkTarget());
    }

    /** Returns whether two looks were at one object. The file system's id is left out: it may change with every mount. */
    static boolean isSameObject(FileState now, FileState then) {
        return now.type() == then.type()
                && now.identity().inode() == then.identity().inode()
                && now.identity().birthNanos() == then.identity().birthNanos();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
