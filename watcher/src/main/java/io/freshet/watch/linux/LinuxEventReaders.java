package io.freshet.watch.linux;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.posix.OwnDirectory;
import io.freshet.posix.SourceRoot;
import io.freshet.watch.EventReader;
import io.freshet.watch.EventReaders;
import io.freshet.watch.ScanReader;
import io.freshet.watch.Tier;
import io.freshet.watch.WatcherOptions;
import java.util.Optional;

/** Tries fanotify, then inotify, then scans; sources that other machines write to are scanned in any case. Stateless. */
public final class LinuxEventReaders implements EventReaders {
    /** What is the matter with a file system that others change, after its name. */
    static final String NOT_REPORTED = ", which does not report what others change";

    @Override
    public EventReader open(SourceRoot root, OwnDirectory cookies, WatcherOptions options) {
        Tier only = options.tier();
        if (only != null) {
            return forced(only, root, cookies, options);
        }
        Optional<String> remote = root.mount().remote();
        if (remote.isPresent()) {
            return new ScanReader("the source is on " + remote.get() + NOT_REPORTED, options.scan());
        }
        try {
            return FanotifyReader.open(root, cookies, options, "works here, and costs nothing per directory");
        } catch (TierRefusedException fanotify) {
            try {
                return InotifyReader.open(root, cookies, options, String.valueOf(fanotify.getMessage()));
            } catch (TierRefusedException inotify) {
                return new ScanReader(fanotify.getMessage() + "; " + inotify.getMessage(), options.scan());
            }
        }
    }

    private static EventReader forced(Tier tier, SourceRoot root, OwnDirectory cookies, WatcherOptions options) {
        String reason = "the configuration asks for it";
        try {
            return switch (tier) {
                case FANOTIFY -> FanotifyReader.open(root, cookies, options, reason);
                case INOTIFY -> InotifyReader.open(root, cookies, options, reason);
                case SCAN -> new ScanReader(reason, options.scan());
            };
        } catch (TierRefusedException e) {
            throw new FreshetException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "source " + root.path() + " cannot be watched by " + tier + " as the configuration asks: "
                            + e.getMessage() + "; or leave the tier out",
                    e);
        }
    }
}
