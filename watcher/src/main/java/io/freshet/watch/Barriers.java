package io.freshet.watch;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.RescanReason;
import io.freshet.path.RelativePath;
import io.freshet.posix.OwnDirectory;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The barriers under way. Each is a file of a fresh random name; when the ordered reader tells of its creation, everything
 * older has been told of. A name is used once: the kernel merges a later event into an earlier one of the same name.
 * Thread-safe.
 */
final class Barriers {
    private static final String PREFIX = "barrier-";
    private static final int RANDOM_BYTES = 16;

    private final WatcherOptions options;
    private final Clock clock;
    private final DirtySet dirty;
    private final SecureRandom random = new SecureRandom();
    private final Set<Barrier> waiting = ConcurrentHashMap.newKeySet();
    private final Map<String, Barrier> byCookie = new ConcurrentHashMap<>();
    private volatile @Nullable OwnDirectory directory;
    private volatile boolean issuing;
    private volatile boolean byScan;
    private volatile @Nullable Instant last;
    private volatile @Nullable String trouble;

    Barriers(WatcherOptions options, Clock clock, DirtySet dirty) {
        this.options = options;
        this.clock = clock;
        this.dirty = dirty;
    }

    /** Cookies are put here from now on, but not before {@link #issueAll}. */
    void useDirectory(OwnDirectory cookies) {
        issuing = false;
        directory = cookies;
    }

    /** Makes the directory, so that it is watched before the first cookie, and removes what a crash left in it. */
    void prepareDirectory() {
        OwnDirectory cookies = directory;
        try {
            if (cookies != null) {
                cookies.make();
                for (String name : cookies.names()) {
                    if (name.startsWith(PREFIX)) {
                        cookies.remove(name);
                    }
                }
            }
        } catch (FreshetException e) {
            // The source is watched all the same; every barrier will say so.
            trouble = e.getMessage();
        }
    }

    /** Begins a barrier that answers somebody. */
    Barrier begin() {
        return begin(new Barrier(System.nanoTime(), clock.instant(), false, this::ended));
    }

    /** Begins the watcher's own barrier, which dates the observation, unless the previous one is still under way. */
    void beginOwn() {
        if (waiting.stream().noneMatch(Barrier::isOwn)) {
            begin(new Barrier(System.nanoTime(), clock.instant(), true, this::ended));
        }
    }

    private Barrier begin(Barrier barrier) {
        waiting.add(barrier);
        if (issuing) {
            issue(barrier);
        }
        return barrier;
    }

    /** Dates the observation by a scan that was just asked for. */
    void beginOwnBehindScan() {
        dirty.add(new Barrier(System.nanoTime(), clock.instant(), true, this::ended));
    }

    private void ended(Barrier barrier, @Nullable FreshetException error) {
        waiting.remove(barrier);
        if (barrier.isOwn()) {
            trouble = error == null ? null : error.getMessage();
        }
        if (error == null) {
            Instant before = last;
            if (before == null || before.isBefore(barrier.begun())) {
                last = barrier.begun();
            }
        }
        removeCookies(barrier);
    }

    /** Gives every waiting barrier a (new) cookie: the directory is watched from now on. */
    void issueAll(boolean cookiesAreReported) {
        byScan = !cookiesAreReported;
        issuing = true;
        waiting.forEach(this::issue);
    }

    private void issue(Barrier barrier) {
        if (byScan) {
            dirty.add(new DirtySet.Wanted(RelativePath.ROOT, RescanReason.SCAN, System.nanoTime()));
            dirty.add(barrier);
            return;
        }
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        String cookie = PREFIX + HexFormat.of().formatHex(bytes);
        barrier.cookies().add(cookie);
        byCookie.put(cookie, barrier);
        OwnDirectory cookies = directory;
        try {
            if (cookies != null) {
                cookies.create(cookie);
            }
        } catch (FreshetException e) {
            byCookie.remove(cookie);
            barrier.fail(e);
        }
    }

    /** The reader tells of a cookie: its barrier stands behind everything told before. */
    void seen(String cookie) {
        Barrier barrier = byCookie.remove(cookie);
        if (barrier != null) {
            dirty.add(barrier);
        }
    }

    /** Fails what has waited too long. */
    void failOverdue() {
        long now = System.nanoTime();
        for (Barrier barrier : waiting) {
            if (now - barrier.begunNanos() > options.barrierTimeout().toNanos()) {
                barrier.fail(
                        ErrorCode.STOPPED,
                        "the barrier of source " + options.root() + " was not reached in " + options.barrierTimeout()
                                + "; see whether the database answers, and whether barrier-dir, if set, is on the"
                                + " source's file system");
            }
        }
    }

    void failAll(ErrorCode code, String message) {
        for (Barrier barrier : waiting) {
            barrier.fail(code, message);
        }
    }

    private void removeCookies(Barrier barrier) {
        OwnDirectory cookies = directory;
        List<String> names = barrier.cookies();
        for (String name : names) {
            byCookie.remove(name);
            try {
                if (cookies != null) {
                    cookies.remove(name);
                }
            } catch (FreshetException e) {
                // Swept at the next start; a root that was closed meanwhile is no trouble.
                if (e.code() != ErrorCode.STOPPED) {
                    trouble = e.getMessage();
                }
            }
        }
    }

    @Nullable
    Instant last() {
        return last;
    }

    @Nullable
    String trouble() {
        return trouble;
    }
}
