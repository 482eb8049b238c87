package io.freshet.run;

import io.freshet.journal.HoldReason;
import io.freshet.journal.TargetMounts;
import io.freshet.journal.TargetMounts.Mounted;
import io.freshet.path.RelativePath;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks after what is mounted below a source: a mount that is gone leaves an empty, readable directory, and that says nothing
 * about what was in it. Thread-safe.
 */
final class MountGuard {
    private final Stores stores;

    MountGuard(Stores stores) {
        this.stores = stores;
    }

    /**
     * Compares what is mounted with what was, and takes note of what is new.
     *
     * @return the mount points that are gone, or where something else is mounted, in words; until a person approves the hold,
     *     nothing at or below them is decided
     */
    Map<RelativePath, String> check(RunScope scope) {
        TargetMounts.Known known = stores.mounts().known(scope.target());
        Map<RelativePath, Mounted> now = new HashMap<>();
        scope.root().mounts().forEach(mount -> {
            if (mount.identity() != null && !scope.isExcluded(mount.path(), true)) {
                now.put(
                        mount.path(),
                        new Mounted(
                                mount.identity().fileSystem(), mount.identity().inode()));
            }
        });
        Map<RelativePath, String> missing = new TreeMap<>();
        known.mounts().forEach((path, then) -> {
            Mounted there = now.remove(path);
            if (!then.equals(there)) {
                missing.put(path, words(there));
            }
        });
        stores.mounts().remember(scope.lease(), now, List.of());
        String subject = subject(missing);
        if (missing.isEmpty()) {
            if (known.held()) {
                stores.holds().resolve(scope.lease(), List.of(HoldReason.MOUNT_MISSING));
            }
        } else if (stores.holds()
                .approvedSubject(scope.target(), HoldReason.MOUNT_MISSING)
                .filter(subject::equals)
                .isPresent()) {
            // What is mounted there now, if anything, is new to the next check.
            stores.mounts().remember(scope.lease(), Map.of(), missing.keySet());
            stores.holds().resolve(scope.lease(), List.of(HoldReason.MOUNT_MISSING));
            missing.clear();
        }
        return missing;
    }

    /** Returns what an approval accepts. */
    static String subject(Map<RelativePath, String> missing) {
        return missing.entrySet().stream()
                .map(mount -> mount.getKey() + ": " + mount.getValue())
                .collect(Collectors.joining("\n"));
    }

    private static String words(@Nullable Mounted there) {
        return there == null
                ? "nothing is mounted"
                : "file system %016x, inode %d is mounted".formatted(there.fileSystem(), there.inode());
    }
}
