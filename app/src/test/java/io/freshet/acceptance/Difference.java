package io.freshet.acceptance;

import io.freshet.file.Content;
import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.filter.FilterRules;
import io.freshet.path.RelativePath;
import io.freshet.posix.DirectoryEntry;
import io.freshet.posix.SourceRoot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a replica on this machine has that its source has not, or otherwise: names, types, modes, owners, times,
 * link targets and content. What is not replicated by rule or by type is expected to be absent.
 *
 * @param path where
 * @param what both sides, in words
 */
record Difference(RelativePath path, String what) {
    private static final Set<FileType> REPLICATED = Set.of(FileType.FILE, FileType.DIRECTORY, FileType.SYMLINK);

    /** What times are told apart by on a target that is reached by a path, and on one that is reached by SSH. */
    static final Duration LOCAL_TICK = Duration.ofNanos(1);

    static final Duration SSH_TICK = Duration.ofSeconds(1);

    static List<Difference> between(Path source, Path replica, FilterRules filter, Duration tick) {
        try (SourceRoot ours = SourceRoot.open(source);
                SourceRoot theirs = SourceRoot.open(replica)) {
            Map<RelativePath, FileState> wanted = new TreeMap<>();
            collect(ours, RelativePath.ROOT, filter, wanted);
            Map<RelativePath, FileState> found = new TreeMap<>();
            collect(theirs, RelativePath.ROOT, FilterRules.NONE, found);
            Set<RelativePath> paths = new TreeSet<>(wanted.keySet());
            paths.addAll(found.keySet());
            List<Difference> differences = new ArrayList<>();
            for (RelativePath path : paths) {
                FileState left = wanted.get(path);
                FileState right = found.get(path);
                if (left == null || right == null) {
                    differences.add(new Difference(path, left == null ? "extra: " + right : "missing: " + left));
                } else if (!sameState(left, right, tick)) {
                    differences.add(new Difference(path, left + " / " + right));
                } else if (left.isFile() && !Arrays.equals(read(ours, path, left), read(theirs, path, right))) {
                    differences.add(new Difference(path, "the content differs; " + left + " / " + right));
                }
            }
            return differences;
        }
    }

    private static void collect(
            SourceRoot root, RelativePath directory, FilterRules filter, Map<RelativePath, FileState> into) {
        for (DirectoryEntry entry : root.list(directory).orElse(List.of())) {
            FileState state = entry.state();
            if (REPLICATED.contains(state.type()) && !filter.excludes(entry.path(), state.isDirectory())) {
                into.put(entry.path(), state);
                if (state.isDirectory()) {
                    collect(root, entry.path(), filter, into);
                }
            }
        }
    }

    /** A symlink's own mode means nothing, and its time can be set to the microsecond at best on a local target. */
    private static boolean sameState(FileState left, FileState right, Duration tick) {
        return left.type() == right.type()
                && Objects.equals(left.linkTarget(), right.linkTarget())
                && left.uid() == right.uid()
                && left.gid() == right.gid()
                && (left.linkTarget() != null || left.mode() == right.mode())
                && time(left, tick) == time(right, tick)
                && (!left.isFile() || left.size() == right.size());
    }

    private static long time(FileState state, Duration tick) {
        return Math.floorDiv(state.mtimeNanos(), Math.max(tick.toNanos(), state.linkTarget() == null ? 1 : 1000));
    }

    private static byte[] read(SourceRoot root, RelativePath path, FileState state) {
        try (Content.Reading reading = root.content(path, state).open()) {
            byte[] all = new byte[Math.toIntExact(state.size())];
            int at = 0;
            int read = 0;
            while (at < all.length && read >= 0) {
                at += read;
                read = reading.read(all, at, all.length - at);
            }
            return all;
        }
    }

    @Override
    public String toString() {
        return path + ": " + what;
    }
}
