package io.freshet.watch.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Detector;
import io.freshet.path.RelativePath;
import io.freshet.posix.DirectoryName;
import io.freshet.posix.Errno;
import io.freshet.posix.MountPoint;
import io.freshet.posix.OwnDirectory;
import io.freshet.posix.SourceDirectory;
import io.freshet.posix.SourceRoot;
import io.freshet.watch.EventReader;
import io.freshet.watch.EventSink;
import io.freshet.watch.Tier;
import io.freshet.watch.UnwatchedSubtree;
import io.freshet.watch.WatcherOptions;
import io.freshet.watch.Writing;
import io.freshet.watch.linux.Inotify.Event;
import io.freshet.watch.linux.WatchedTree.Node;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads inotify events, with one watch on every directory of the source. Needs no privileges.
 *
 * <p>A directory is always watched first and listed then, and a new or moved-in one is told of as {@code TREE} only when
 * everything below it is watched: what was made in it before is found by the look, what is made later by events. While
 * directories are being added, the kernel's queue is emptied into memory, so that it does not overflow. A directory that
 * cannot be watched is told of, and its subtree is looked at as a whole at intervals.
 */
final class InotifyReader implements EventReader {
    private static final int BUFFER = 64 * 1024;
    /** Bytes of events that may wait in memory while directories are being added. */
    private static final long MOST_PENDING = 64L << 20;

    private static final int DIRECTORIES_BETWEEN_READS = 64;
    /**
     * What was moved away has left the source if it has not turned up elsewhere by then. The kernel tells of both halves
     * within one system call, though not at once (inotify(7), "Dealing with rename() events").
     */
    private static final long MOVE_NANOS = Duration.ofMillis(50).toNanos();

    private final SourceRoot root;
    private final OwnDirectory cookies;
    private final String reason;
    private final int queue;
    private final Waiting waiting;
    private final Unwatched unwatched;
    private final Memory buffer = new Memory(BUFFER);
    private final ByteBuffer bytes = buffer.getByteBuffer(0, BUFFER).order(ByteOrder.nativeOrder());
    private final WatchedTree tree = new WatchedTree();
    private final Deque<List<Event>> pending = new ArrayDeque<>();
    private Set<MountPoint> mounts = Set.of();
    private long pendingBytes;
    /** The size of the tree, for other threads. */
    private volatile int watches;

    private boolean overflowed;
    private int cookieWatch = -1;
    private int aboveWatch = -1;
    private int round;
    private @Nullable Move move;

    /**
     * A name that went away, not told of yet: the other half of the rename, if it is one in the source, is told of first.
     * Otherwise the old name could be removed from a target before anybody knows that it moved.
     */
    private record Move(
            int cookie, RelativePath from, @Nullable Node node, long nanos) {}

    private InotifyReader(SourceRoot root, OwnDirectory cookies, WatcherOptions options, int queue, String reason) {
        this.root = root;
        this.cookies = cookies;
        this.reason = reason;
        this.queue = queue;
        this.waiting = new Waiting(queue);
        this.unwatched = new Unwatched(options.scan());
    }

    static InotifyReader open(SourceRoot root, OwnDirectory cookies, WatcherOptions options, String reason)
            throws TierRefusedException {
        int queue = Kernel.CALL.inotify_init1(Inotify.IN_CLOEXEC | Inotify.IN_NONBLOCK);
        if (queue < 0) {
            throw new TierRefusedException("inotify refused: inotify_init1: " + Kernel.lastError()
                    + ", raise fs.inotify.max_user_instances (sysctl)");
        }
        return new InotifyReader(root, cookies, options, queue, reason);
    }

    @Override
    public Tier tier() {
        return Tier.INOTIFY;
    }

    @Override
    public String reason() {
        return reason;
    }

    @Override
    public String limits() {
        return watches + " watches used, one for each directory, of " + limit("max_user_watches")
                + " that this user may have (fs.inotify.max_user_watches); the kernel's queue takes "
                + limit("max_queued_events") + " events (fs.inotify.max_queued_events)";
    }

    private static String limit(String name) {
        try (InputStream limit = Files.newInputStream(Path.of("/proc/sys/fs/inotify", name))) {
            // In one read: the kernel gives these files away once.
            return new String(limit.readNBytes(32), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            return "an unknown number";
        }
    }

    @Override
    public boolean reportsCookies() {
        return true;
    }

    @Override
    public void begin(EventSink sink) {
        mounts = Set.copyOf(root.mounts());
        watchAbove();
        watchCookies(sink);
        watchBelow(RelativePath.ROOT);
        watches = tree.size();
        if (watches == 0) {
            throw new FreshetException(
                    ErrorCode.SOURCE_UNREADABLE,
                    "the source root " + root.path() + " cannot be watched: "
                            + unwatched.list().stream()
                                    .map(UnwatchedSubtree::reason)
                                    .findFirst()
                                    .orElse("it vanished"));
        }
    }

    @Override
    public void read(EventSink sink, Duration longest) {
        if (pending.isEmpty() && !overflowed) {
            boolean ready =
                    waiting.await(move == null ? longest : Duration.ofNanos(Math.min(MOVE_NANOS, longest.toNanos())));
            if (ready) {
                pump();
            }
        }
        if (waiting.takeMountsChanged()) {
            takeMounts(sink);
        }
        while (!pending.isEmpty() && !overflowed) {
            List<Event> events = pending.pop();
            sink.counted(events.size());
            for (Event event : events) {
                take(event, sink);
            }
        }
        pendingBytes = 0;
        if (overflowed) {
            beginAnew(sink);
        }
        if (move != null && System.nanoTime() - move.nanos > MOVE_NANOS) {
            tellOfMoveOut(sink);
        }
        for (RelativePath path : unwatched.due()) {
            watchAgain(path, sink);
        }
        watches = tree.size();
    }

    /** Empties the kernel's queue into memory. */
    private void pump() {
        while (true) {
            long length = Kernel.CALL.read(queue, buffer, BUFFER);
            if (length <= 0) {
                int error = length < 0 ? Native.getLastError() : Errno.EAGAIN;
                if (error == Errno.EAGAIN || error == Errno.EINTR) {
                    return;
                }
                throw new FreshetException(
                        ErrorCode.SOURCE_UNREADABLE,
                        "cannot read events of source " + root.path() + ": " + Errno.text(error)
                                + "; watching begins anew by itself");
            }
            pendingBytes += length;
            if (pendingBytes > MOST_PENDING) {
                overflowed = true;
                pending.clear();
                pendingBytes = 0;
            } else {
                pending.add(Inotify.decode(bytes, (int) length));
            }
        }
    }

    private void take(Event event, EventSink sink) {
        if (event.has(Inotify.IN_Q_OVERFLOW)) {
            overflowed = true;
        } else if (event.watch() == aboveWatch) {
            sink.rootInDoubt();
        } else if (event.watch() == cookieWatch) {
            takeCookie(event, sink);
        } else {
            Node directory = tree.find(event.watch());
            if (directory != null) {
                takeIn(directory, event, sink);
            }
        }
        // Without one it is a watch that was removed meanwhile: the directory is outside, or TREE of its new place
        // follows.
    }

    private void takeCookie(Event event, EventSink sink) {
        // Whoever waits for the cookie waits for what went out before it was made.
        tellOfMoveOut(sink);
        if (event.has(Inotify.IN_CREATE)) {
            sink.cookie(RelativePath.of(event.name().value()).toString());
        } else if (event.has(Inotify.IN_IGNORED)) {
            cookieWatch = -1;
        }
    }

    private void takeIn(Node directory, Event event, EventSink sink) {
        if (event.has(Inotify.IN_IGNORED)) {
            // The directory is gone, and its number is free for another.
            tree.drop(directory, watch -> {});
            return;
        }
        if (tree.isRoot(directory) && event.has(Inotify.LOSS | Inotify.IN_UNMOUNT)) {
            sink.rootLost("the source root " + root.path() + " was moved, removed or unmounted");
            return;
        }
        RelativePath at = tree.path(directory);
        if (at == null || event.has(Inotify.IN_UNMOUNT)) {
            return;
        }
        if (event.name().value().length == 0) {
            changed(sink, at, ChangeKind.PATH, null);
            return;
        }
        RelativePath path = at.child(event.name().value());
        if (event.has(Inotify.IN_ISDIR)) {
            takeDirectory(directory, path, event, sink);
        } else {
            takeFile(path, event, sink);
        }
    }

    private void takeFile(RelativePath path, Event event, EventSink sink) {
        if (event.has(Inotify.IN_MOVED_FROM)) {
            tellOfMoveOut(sink);
            move = new Move(event.cookie(), path, null, System.nanoTime());
        } else if (event.has(Inotify.IN_MOVED_TO)) {
            tellOfMove(sink, path, ChangeKind.PATH, takeMove(event.cookie()));
        } else {
            sink.changed(path, ChangeKind.PATH, null, writing(event), Detector.INOTIFY);
        }
    }

    private void takeDirectory(Node parent, RelativePath path, Event event, EventSink sink) {
        if (path.isReserved()) {
            if (path.depth() == 1 && event.has(Inotify.IN_CREATE | Inotify.IN_MOVED_TO)) {
                watchCookies(sink);
            }
            return;
        }
        if (event.has(Inotify.IN_CREATE)) {
            watchBelow(path);
            changed(sink, path, ChangeKind.TREE, null);
        } else if (event.has(Inotify.IN_MOVED_FROM)) {
            tellOfMoveOut(sink);
            Node moved = tree.child(parent, event.name().value());
            if (moved != null) {
                tree.detach(moved);
            }
            move = new Move(event.cookie(), path, moved, System.nanoTime());
        } else if (event.has(Inotify.IN_MOVED_TO)) {
            takeMovedDirectory(parent, path, event, sink);
        } else {
            Node gone = event.has(Inotify.IN_DELETE)
                    ? tree.child(parent, event.name().value())
                    : null;
            if (gone != null) {
                tree.drop(gone, this::removeWatch);
            }
            changed(sink, path, ChangeKind.PATH, null);
        }
    }

    private void takeMovedDirectory(Node parent, RelativePath path, Event event, EventSink sink) {
        Move matching = takeMove(event.cookie());
        Node replaced = tree.child(parent, event.name().value());
        if (matching != null && matching.node != null) {
            if (replaced != null) {
                tree.drop(replaced, this::removeWatch);
            }
            tree.attach(matching.node, parent, RelativePath.of(event.name().value()));
        }
        // Also where the watches moved along: a walk that met the move half done may have missed some.
        watchBelow(path);
        tellOfMove(sink, path, ChangeKind.TREE, matching);
    }

    private static void tellOfMove(EventSink sink, RelativePath path, ChangeKind kind, @Nullable Move move) {
        changed(sink, path, kind, move == null ? null : move.from);
        if (move != null) {
            changed(sink, move.from, ChangeKind.PATH, null);
        }
    }

    private @Nullable Move takeMove(int cookie) {
        Move last = move;
        if (last != null && last.cookie == cookie) {
            move = null;
            return last;
        }
        return null;
    }

    /** What is not met elsewhere left the source; a directory took its watches with it, which are removed. */
    private void tellOfMoveOut(EventSink sink) {
        Move last = move;
        move = null;
        if (last == null) {
            return;
        }
        changed(sink, last.from, ChangeKind.PATH, null);
        if (last.node != null && tree.find(last.node.watch()) == last.node && tree.path(last.node) == null) {
            tree.drop(last.node, this::removeWatch);
        }
    }

    private static void changed(EventSink sink, RelativePath path, ChangeKind kind, @Nullable RelativePath movedFrom) {
        sink.changed(path, kind, movedFrom, Writing.ENDED, Detector.INOTIFY);
    }

    private static Writing writing(Event event) {
        if (event.has(Inotify.IN_CREATE | Inotify.IN_MODIFY)) {
            return Writing.GOES_ON;
        }
        return event.has(Inotify.IN_ATTRIB) ? Writing.UNTOLD : Writing.ENDED;
    }

    /** Events were lost, so directories may be unknown, gone or elsewhere: all are watched again, then looked at. */
    private void beginAnew(EventSink sink) {
        sink.overflowed("the queue of inotify events overflowed; raise fs.inotify.max_queued_events (sysctl)");
        do {
            overflowed = false;
            pending.clear();
            pendingBytes = 0;
            move = null;
            round++;
            watchCookies(sink);
            watchBelow(RelativePath.ROOT);
            tree.dropAllBut(round, this::removeWatch);
        } while (overflowed);
        sink.changedBelow(RelativePath.ROOT, Detector.OVERFLOW);
    }

    private void takeMounts(EventSink sink) {
        sink.rootInDoubt();
        Set<MountPoint> now = Set.copyOf(root.mounts());
        Set<MountPoint> differing = new HashSet<>(now);
        differing.addAll(mounts);
        differing.removeIf(mount -> now.contains(mount) && mounts.contains(mount));
        mounts = now;
        for (MountPoint mount : differing) {
            watchBelow(mount.path());
            changed(sink, mount.path(), ChangeKind.TREE, null);
        }
    }

    private void watchAgain(RelativePath path, EventSink sink) {
        watchBelow(path);
        if (tree.at(path) == null && isAbsent(path)) {
            unwatched.remove(path);
        }
        sink.changedBelow(path, Detector.SCAN);
    }

    private boolean isAbsent(RelativePath path) {
        try {
            return root.lstat(path).isEmpty();
        } catch (FreshetException e) {
            return false;
        }
    }

    private void watchCookies(EventSink sink) {
        Optional<SourceDirectory> opened = cookies.open();
        if (opened.isPresent()) {
            try (SourceDirectory directory = opened.get()) {
                cookieWatch = addWatch(directory, Inotify.IN_CREATE | Inotify.IN_ONLYDIR);
            }
            sink.cookiesWatched();
        }
    }

    /**
     * Watches for the root's own removal: a directory that is held open, as the root is, tells nothing itself. Where that
     * may not be, the check of the root at intervals must do.
     */
    private void watchAbove() {
        byte[] path = root.resolvedPath();
        int slash = path.length - 1;
        while (slash > 0 && path[slash] != '/') {
            slash--;
        }
        byte[] above = Arrays.copyOf(path, Math.max(1, slash) + 1);
        above[above.length - 1] = 0;
        aboveWatch = Kernel.CALL.inotify_add_watch(
                queue, above, Inotify.IN_DELETE | Inotify.IN_MOVED_FROM | Inotify.IN_ONLYDIR);
    }

    /** Watches a directory and all below it, each before it is listed. */
    private void watchBelow(RelativePath start) {
        if (!start.isRoot() && tree.at(start.parent()) == null) {
            // Its parent is not watched, and is looked at as a whole.
            return;
        }
        Deque<RelativePath> rest = new ArrayDeque<>(List.of(start));
        int sinceRead = 0;
        while (!rest.isEmpty()) {
            RelativePath path = rest.pop();
            try {
                watch(path, rest);
            } catch (FreshetException e) {
                unwatched.add(path, String.valueOf(e.getMessage()));
            }
            if (++sinceRead == DIRECTORIES_BETWEEN_READS) {
                sinceRead = 0;
                pump();
            }
        }
    }

    private void watch(RelativePath path, Deque<RelativePath> rest) {
        Optional<String> remote = mounts.stream()
                .filter(mount -> mount.path().equals(path))
                .findFirst()
                .flatMap(mount -> mount.mount().remote());
        if (remote.isPresent()) {
            unwatched.add(path, "it is on " + remote.get() + LinuxEventReaders.NOT_REPORTED);
            return;
        }
        Optional<SourceDirectory> opened = root.openDirectory(path);
        if (opened.isEmpty()) {
            return;
        }
        try (SourceDirectory directory = opened.get()) {
            int watch = addWatch(directory, Inotify.EVERY_CHANGE | (path.isRoot() ? Inotify.LOSS : 0));
            if (watch < 0) {
                unwatched.add(path, refusal(Native.getLastError()));
                return;
            }
            tree.put(path, watch, round, this::removeWatch);
            for (DirectoryName name : directory.names()) {
                if (isDirectory(name)) {
                    rest.push(name.path());
                }
            }
            unwatched.remove(path);
        }
    }

    private boolean isDirectory(DirectoryName name) {
        FileType type = name.type();
        return type != null
                ? type == FileType.DIRECTORY
                : root.lstat(name.path()).map(FileState::isDirectory).orElse(false);
    }

    /** The descriptor's own name in /proc leads to the very directory, whatever its path is by now, and however long. */
    private int addWatch(SourceDirectory directory, int mask) {
        return Kernel.CALL.inotify_add_watch(queue, Kernel.pathOf(directory.descriptor()), mask);
    }

    private void removeWatch(int watch) {
        Kernel.CALL.inotify_rm_watch(queue, watch);
    }

    private static String refusal(int error) {
        return error == Errno.ENOSPC
                ? "the limit of watches is reached; raise fs.inotify.max_user_watches (sysctl)"
                : "inotify_add_watch: " + Errno.text(error);
    }

    @Override
    public void wake() {
        waiting.wake();
    }

    @Override
    public List<UnwatchedSubtree> unwatched() {
        return unwatched.list();
    }

    @Override
    public void close() {
        waiting.close();
        Kernel.CALL.close(queue);
    }
}
