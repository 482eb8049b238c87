package io.freshet.watch;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a source is watched.
 *
 * @param root the source root
 * @param barrierDirectory where cookies are put if not in {@code .freshet} of the root; on the same file system, outside
 *     the source
 * @param tier the only tier to use, or null for the best that works
 * @param memory bytes of paths that may wait in memory before they are folded, at least 64 KiB; as much again may be on its
 *     way to the journal
 * @param selfBarrier time between the watcher's own barriers and checks of the root
 * @param barrierTimeout after which a barrier fails
 * @param scan time between two looks at what no event comes from
 */
public record WatcherOptions(
        Path root,
        @Nullable Path barrierDirectory,
        @Nullable Tier tier,
        long memory,
        Duration selfBarrier,
        Duration barrierTimeout,
        Duration scan) {
    private static final long LEAST_MEMORY = 64 * 1024;

    public WatcherOptions {
        if (memory < LEAST_MEMORY) {
            throw new IllegalArgumentException("memory of " + memory + " bytes is less than " + LEAST_MEMORY);
        }
    }

    /** Returns the defaults: 32 MiB, a barrier every 30 s, which fails after 60 s, and a scan every 5 minutes. */
    public static WatcherOptions of(Path root) {
        return new WatcherOptions(
                root, null, null, 32L << 20, Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofMinutes(5));
    }

    public WatcherOptions withTier(@Nullable Tier only) {
        return new WatcherOptions(root, barrierDirectory, only, memory, selfBarrier, barrierTimeout, scan);
    }

    public WatcherOptions withBarrierDirectory(@Nullable Path directory) {
        return new WatcherOptions(root, directory, tier, memory, selfBarrier, barrierTimeout, scan);
    }

    public WatcherOptions withMemory(long bytes) {
        return new WatcherOptions(root, barrierDirectory, tier, bytes, selfBarrier, barrierTimeout, scan);
    }

    public WatcherOptions withTimes(Duration between, Duration timeout, Duration scanning) {
        return new WatcherOptions(root, barrierDirectory, tier, memory, between, timeout, scanning);
    }
}
