package io.freshet.watch.linux;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.path.RelativePath;
import io.freshet.posix.OwnDirectory;
import io.freshet.posix.SourceDirectory;
import io.freshet.posix.SourceRoot;
import io.freshet.watch.EventReader;
import io.freshet.watch.EventReaders;
import io.freshet.watch.ScanReader;
import io.freshet.watch.Tier;
import io.freshet.watch.WatcherOptions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tries fanotify, then inotify, then scans; sources that other machines write to are scanned in any case. Stateless. */
public final class LinuxEventReaders implements EventReaders {
    /** linux/magic.h, and the file systems' own headers: changes made on other machines are reported to nobody here. */
    private static final Map<Long, String> NETWORK = Map.of(
            0x6969L, "NFS",
            0x517BL, "SMB",
            0xFF534D42L, "CIFS",
            0xFE534D42L, "SMB2",
            0x01021997L, "9P",
            0x00C36400L, "Ceph",
            0x5346414FL, "AFS",
            0x65735546L, "FUSE");

    @Override
    public EventReader open(SourceRoot root, OwnDirectory cookies, WatcherOptions options) {
        Tier only = options.tier();
        if (only != null) {
            return forced(only, root, cookies, options);
        }
        String network = networkName(root);
        if (network != null) {
            return new ScanReader(
                    "the source is on " + network + ", which does not report what other machines change",
                    options.scan());
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

    private static @Nullable String networkName(SourceRoot root) {
        try (SourceDirectory directory = root.openDirectory(RelativePath.ROOT).orElseThrow()) {
            return NETWORK.get(directory.fileSystemType() & 0xffffffffL);
        }
    }
}
