package io.freshet.watch;

import io.freshet.failure.FreshetException;
import io.freshet.path.RelativePath;
import io.freshet.posix.DirectoryEntry;
import io.freshet.posix.SourceRoot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * The directories of a walk in its order, parents first, each listed by one of a few threads before its turn comes.
 *
 * <p>Looking ahead goes to the next {@value #AHEAD} directories beside the one whose turn it is, and to none that is large,
 * so that memory stays that of the walk. A look ahead carries the time of the slice in which it was begun. Used by one thread.
 */
final class Listings implements AutoCloseable {
    private static final int AHEAD = 16;
    private static final int MOST_THREADS = 4;

    private final SourceRoot root;
    private final ExecutorService threads;
    private final Deque<Level> pending = new ArrayDeque<>();

    /** What is left of the directories in one directory, and the looks at the first of them that were begun. */
    private static final class Level {
        private final List<Listing.Directory> directories;
        private final Deque<Supplier<Optional<Listing>>> looks = new ArrayDeque<>();
        private int next;

        private Level(List<Listing.Directory> directories) {
            this.directories = directories;
        }
    }

    /**
     * A directory whose turn has come.
     *
     * @param listing waits for the look; empty if it is gone, throws a {@link FreshetException} if it cannot be read
     */
    record Look(RelativePath directory, Supplier<Optional<Listing>> listing) {}

    Listings(SourceRoot root) {
        this.root = root;
        int count = Math.min(MOST_THREADS, Math.max(2, Runtime.getRuntime().availableProcessors()));
        threads = Executors.newFixedThreadPool(count, task -> {
            Thread thread = new Thread(task, Thread.currentThread().getName() + " look");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Lets these directories, in this order, come before all others. */
    void descend(List<Listing.Directory> directories) {
        pending.push(new Level(directories));
    }

    boolean hasNext() {
        while (!pending.isEmpty()
                && pending.element().next == pending.element().directories.size()) {
            pending.pop();
        }
        return !pending.isEmpty();
    }

    /** @param time the file system's clock by now */
    Look next(long time) {
        Level level = pending.element();
        while (level.looks.size() < AHEAD && level.next + level.looks.size() < level.directories.size()) {
            level.looks.add(begin(level.directories.get(level.next + level.looks.size()), time));
        }
        return new Look(level.directories.get(level.next++).path(), level.looks.remove());
    }

    private Supplier<Optional<Listing>> begin(Listing.Directory directory, long time) {
        RelativePath path = directory.path();
        if (directory.large()) {
            return () -> look(root, path, time);
        }
        CompletableFuture<Optional<Listing>> look =
                CompletableFuture.supplyAsync(() -> look(root, path, time), threads);
        return () -> {
            try {
                return look.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof FreshetException failure) {
                    throw failure;
                }
                throw e;
            }
        };
    }

    /**
     * Lists a directory.
     *
     * @return empty if it is gone
     * @throws FreshetException if it cannot be read
     */
    static Optional<Listing> look(SourceRoot root, RelativePath directory, long time) {
        Optional<List<DirectoryEntry>> entries = root.list(directory);
        if (entries.isPresent() && directory.isRoot()) {
            List<DirectoryEntry> withRoot = new ArrayList<>(entries.get());
            root.lstat(directory).ifPresent(state -> withRoot.add(new DirectoryEntry(directory, state)));
            entries = Optional.of(withRoot);
        }
        return entries.map(found -> Listing.of(directory, found, time));
    }

    /** Begins no further look; those under way end by themselves. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
