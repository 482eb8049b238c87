package io.freshet.watch.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.FileIdentity;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Detector;
import io.freshet.path.RelativePath;
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
import io.freshet.watch.linux.Fanotify.Event;
import io.freshet.watch.linux.Fanotify.Place;
import io.freshet.watch.linux.HandlePaths.Found;
import io.freshet.watch.linux.HandlePaths.LookupException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads fanotify events of whole file systems: the source root's, and those of the mounts below it. Needs CAP_SYS_ADMIN and
 * CAP_DAC_READ_SEARCH, and Linux 5.17.
 *
 * <p>Events tell of a directory by handle; where that is now is asked when the event is read, and what happened since is in
 * an event that follows. While it is open, neither the root nor the mounts below it can be unmounted.
 */
final class FanotifyReader implements EventReader {
    private static final Logger log = LoggerFactory.getLogger(FanotifyReader.class);
    private static final int BUFFER = 256 * 1024;

    private final SourceRoot root;
    private final String reason;
    private final int group;
    private final HandlePaths paths;
    private final Waiting waiting;
    private final Memory buffer = new Memory(BUFFER);
    private final ByteBuffer bytes = buffer.getByteBuffer(0, BUFFER).order(ByteOrder.nativeOrder());
    private final Unwatched unwatched;
    private Map<RelativePath, MountPoint> mounts = Map.of();

    private FanotifyReader(SourceRoot root, String reason, int group, HandlePaths paths, WatcherOptions options) {
        this.root = root;
        this.reason = reason;
        this.group = group;
        this.paths = paths;
        this.waiting = new Waiting(group);
        this.unwatched = new Unwatched(options.scan());
    }

    static FanotifyReader open(SourceRoot root, OwnDirectory cookies, WatcherOptions options, String reason)
            throws TierRefusedException {
        int group = Kernel.CALL.fanotify_init(
                Fanotify.FAN_REPORT_DFID_NAME_TARGET
                        | Fanotify.FAN_UNLIMITED_QUEUE
                        | Fanotify.FAN_CLOEXEC
                        | Fanotify.FAN_NONBLOCK,
                Kernel.O_RDONLY | Kernel.O_CLOEXEC);
        if (group < 0) {
            throw refused("fanotify_init", Native.getLastError());
        }
        HandlePaths paths = new HandlePaths(root, cookieDirectory(cookies, options));
        try {
            SourceDirectory directory = paths.addDoorway(RelativePath.ROOT).orElseThrow();
            mark(group, directory);
            requireHandles(directory);
            return new FanotifyReader(root, reason, group, paths, options);
        } catch (TierRefusedException | RuntimeException e) {
            paths.close();
            Kernel.CALL.close(group);
            throw e;
        }
    }

    private static byte @Nullable [] cookieDirectory(OwnDirectory cookies, WatcherOptions options) {
        if (options.barrierDirectory() == null) {
            return null;
        }
        Optional<SourceDirectory> opened = cookies.open();
        if (opened.isEmpty()) {
            throw new FreshetException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "the barrier-dir " + cookies.path() + " of source " + options.root()
                            + " is not there; create it on the source's file system");
        }
        try (SourceDirectory directory = opened.get()) {
            return directory.resolvedPath().orElse(null);
        }
    }

    private static void mark(int group, SourceDirectory directory) throws TierRefusedException {
        int marked = Kernel.CALL.fanotify_mark(
                group,
                Fanotify.FAN_MARK_ADD | Fanotify.FAN_MARK_FILESYSTEM,
                Fanotify.EVERY_CHANGE,
                directory.descriptor(),
                null);
        if (marked != 0) {
            throw refused("fanotify_mark", Native.getLastError());
        }
    }

    /** Opening by a handle is a capability of its own: tried with one that no object has. */
    private static void requireHandles(SourceDirectory directory) throws TierRefusedException {
        try (Memory handle = new Memory(16)) {
            handle.clear();
            handle.setInt(0, 8);
            handle.setInt(4, 1);
            int opened = Kernel.CALL.open_by_handle_at(directory.descriptor(), handle, Kernel.O_PATH);
            int error = Native.getLastError();
            if (opened >= 0) {
                Kernel.CALL.close(opened);
            } else if (error == Errno.EPERM || error == Errno.EOPNOTSUPP || error == Errno.ENOSYS) {
                throw refused("open_by_handle_at", error);
            }
        }
    }

    private static TierRefusedException refused(String call, int error) {
        String needs =
                switch (error) {
                    case Errno.EPERM -> "it needs the capabilities CAP_SYS_ADMIN and CAP_DAC_READ_SEARCH";
                    case Errno.EINVAL, Errno.ENOSYS -> "it needs Linux 5.17 or newer";
                    case Errno.EOPNOTSUPP, Errno.ENODEV, Errno.EXDEV ->
                        "the file system of the source does not offer it (overlay, network and FUSE file systems and"
                                + " btrfs subvolumes do not)";
                    default -> "see fanotify(7)";
                };
        return new TierRefusedException("fanotify refused: " + call + ": " + Errno.text(error) + ", " + needs);
    }

    @Override
    public Tier tier() {
        return Tier.FANOTIFY;
    }

    @Override
    public String reason() {
        return reason;
    }

    @Override
    public String limits() {
        return "none on directories, and the kernel's queue is unlimited (it grows in kernel memory while this process is"
                + " behind); needs CAP_SYS_ADMIN and CAP_DAC_READ_SEARCH, and Linux 5.17";
    }

    @Override
    public boolean reportsCookies() {
        return true;
    }

    @Override
    public void begin(EventSink sink) {
        refreshMounts(null);
        sink.cookiesWatched();
    }

    @Override
    public void read(EventSink sink, Duration longest) {
        boolean ready = waiting.await(longest);
        followMounts(sink);
        unwatched.due().forEach(path -> sink.changedBelow(path, Detector.SCAN));
        while (ready) {
            long length = Kernel.CALL.read(group, buffer, BUFFER);
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
            List<Event> events = Fanotify.decode(bytes, (int) length);
            // A cookie among them may be younger than a mount of which nothing was told before this read.
            followMounts(sink);
            sink.counted(events.size());
            for (Event event : events) {
                take(event, sink);
            }
            // Another full buffer may wait; a short read has emptied the queue.
            ready = length > BUFFER / 2;
        }
    }

    private void followMounts(EventSink sink) {
        if (waiting.takeMountsChanged()) {
            sink.rootInDoubt();
            refreshMounts(sink);
        }
    }

    private void take(Event event, EventSink sink) {
        if (event.has(Fanotify.FAN_Q_OVERFLOW)) {
            paths.forget();
            sink.overflowed("the kernel's queue of fanotify events overflowed");
            sink.changedBelow(RelativePath.ROOT, Detector.OVERFLOW);
            return;
        }
        try {
            if (event.has(Fanotify.FAN_RENAME)) {
                takeRename(event, sink);
            } else if (event.at() != null) {
                takeChange(event, event.at(), sink);
            } else if (event.target() != null) {
                // Nobody's name: an attribute of an inode, or a write by handle. One of its names is found at best.
                for (RelativePath path : paths.object(event.target()).paths()) {
                    sink.changed(path, ChangeKind.PATH, null, writing(event), Detector.FANOTIFY);
                }
            }
        } catch (LookupException e) {
            log.warn("source {}: an event's place could not be found: {}", root.path(), e.getMessage());
            sink.changedBelow(RelativePath.ROOT, Detector.OVERFLOW);
        }
    }

    private void takeChange(Event event, Place at, EventSink sink) throws LookupException {
        boolean directory = event.has(Fanotify.FAN_ONDIR);
        Found found = paths.directory(at.directory());
        if (found.cookies() && event.has(Fanotify.FAN_CREATE)) {
            sink.cookie(RelativePath.of(at.name().value()).toString());
        }
        ChangeKind kind = directory && event.has(Fanotify.FAN_CREATE) ? ChangeKind.TREE : ChangeKind.PATH;
        tell(sink, found, at, kind, null, writing(event));
        if (directory && event.has(Fanotify.FAN_DELETE)) {
            paths.forget();
            sink.rootInDoubt();
        }
    }

    private void takeRename(Event event, EventSink sink) throws LookupException {
        boolean directory = event.has(Fanotify.FAN_ONDIR);
        if (directory) {
            // Every remembered path below it is another one now.
            paths.forget();
            sink.rootInDoubt();
        }
        RelativePath from = null;
        Place oldPlace = event.oldPlace();
        Found foundOld = oldPlace == null ? null : paths.directory(oldPlace.directory());
        if (oldPlace != null
                && foundOld != null
                && foundOld.exact()
                && !foundOld.paths().isEmpty()) {
            from = foundOld.paths().get(0).child(oldPlace.name().value());
        }
        // The new name first: the old one could be removed from a target before anybody knows that it moved.
        Place newPlace = event.newPlace();
        if (newPlace != null) {
            Found found = paths.directory(newPlace.directory());
            tell(sink, found, newPlace, directory ? ChangeKind.TREE : ChangeKind.PATH, from, Writing.ENDED);
        }
        if (oldPlace != null && foundOld != null) {
            tell(sink, foundOld, oldPlace, ChangeKind.PATH, null, Writing.ENDED);
        }
    }

    private static Writing writing(Event event) {
        if (event.has(Fanotify.FAN_ONDIR | Fanotify.FAN_CLOSE_WRITE | Fanotify.FAN_DELETE)) {
            return Writing.ENDED;
        }
        return event.has(Fanotify.FAN_CREATE | Fanotify.FAN_MODIFY) ? Writing.GOES_ON : Writing.UNTOLD;
    }

    private void tell(
            EventSink sink,
            Found found,
            Place place,
            ChangeKind kind,
            @Nullable RelativePath movedFrom,
            Writing writing) {
        for (RelativePath directory : found.paths()) {
            if (!found.exact()) {
                sink.changedBelow(directory, Detector.FANOTIFY);
            } else {
                RelativePath path = place.isDirectoryItself()
                        ? directory
                        : directory.child(place.name().value());
                sink.changed(path, kind, movedFrom, writing, Detector.FANOTIFY);
            }
        }
    }

    /** Marks what is mounted below the root by now; what changed is looked at as a whole. */
    private void refreshMounts(@Nullable EventSink sink) {
        Map<RelativePath, MountPoint> now = new LinkedHashMap<>();
        root.mounts().forEach(mount -> now.put(mount.path(), mount));
        Map<RelativePath, MountPoint> before = mounts;
        before.keySet().stream().filter(path -> !now.containsKey(path)).forEach(path -> {
            paths.removeDoorway(path);
            unwatched.remove(path);
            look(sink, path);
        });
        now.forEach((path, mount) -> {
            MountPoint known = before.get(path);
            if (known == null || !Objects.equals(known.identity(), mount.identity())) {
                paths.removeDoorway(path);
                unwatched.remove(path);
                watchMount(mount);
                look(sink, path);
            }
        });
        mounts = now;
    }

    private static void look(@Nullable EventSink sink, RelativePath path) {
        if (sink != null) {
            sink.changedBelow(path, Detector.FANOTIFY);
        }
    }

    private void watchMount(MountPoint mount) {
        RelativePath path = mount.path();
        try {
            Optional<SourceDirectory> directory = paths.addDoorway(path);
            if (directory.isEmpty()) {
                unwatched.add(path, "a file is mounted there");
                return;
            }
            Optional<String> remote = mount.mount().remote();
            if (remote.isPresent()) {
                unwatched.add(path, "it is on " + remote.get() + LinuxEventReaders.NOT_REPORTED);
                return;
            }
            FileIdentity own = root.lstat(RelativePath.ROOT).orElseThrow().identity();
            FileIdentity identity = mount.identity();
            if (identity == null || identity.fileSystem() != own.fileSystem()) {
                mark(group, directory.get());
            }
        } catch (TierRefusedException | FreshetException e) {
            paths.removeDoorway(path);
            unwatched.add(path, mount.mount().type() + " is mounted there: " + e.getMessage());
        }
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
        Kernel.CALL.close(group);
        paths.close();
    }
}
