package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.path.RelativePath;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds symlinks in the place of directories above paths: a path through one leads elsewhere, out of the root perhaps.
 *
 * <p>Every directory between the root and the paths is asked for by LSTAT, all at once. That no one of them is a symlink is
 * the same as that REALPATH of the parent is the root's and the parent's; but it does not depend on what a server takes
 * REALPATH for, and tells which one it is. What is absent or may not be looked at is none: through it nothing gets.
 */
final class LinksAbove {
    private static final int LOOKS_IN_FLIGHT = 2048;

    private final SftpChannel channel;
    private final RemotePaths paths;
    private final Set<RelativePath> directories = new HashSet<>();

    /** @param changed what is to be changed, or read to make a name of it; directories above them are looked at */
    LinksAbove(SftpChannel channel, RemotePaths paths, Collection<RelativePath> changed) {
        this.channel = channel;
        this.paths = paths;
        for (RelativePath path : changed) {
            RelativePath above = path.parent();
            while (!above.isRoot() && directories.add(above)) {
                above = above.parent();
            }
        }
    }

    /** Returns the paths in whose directories an operation changes something, or finds what it makes a name of. */
    static List<RelativePath> changedBy(Operation operation) {
        if (operation instanceof Operation.Rename rename) {
            return List.of(rename.from(), rename.path());
        }
        if (operation instanceof Operation.Link link) {
            return List.of(link.existing(), link.path());
        }
        return List.of(operation.path());
    }

    /** Looks now, in one round trip; in none where all is right below the root. */
    Set<RelativePath> look() {
        Set<RelativePath> links = new HashSet<>();
        for (RelativePath directory : directories) {
            while (channel.outstanding() >= LOOKS_IN_FLIGHT) {
                channel.receive();
            }
            channel.send(channel.request(SftpProtocol.LSTAT).string(paths.of(directory)), reply -> {
                if (Circumstances.Look.of(reply).isSymlink()) {
                    links.add(directory);
                }
            });
        }
        channel.receiveAll();
        return links;
    }

    /** Returns one of these that is above the path, or null. */
    static @Nullable RelativePath oneAbove(RelativePath path, Set<RelativePath> these) {
        return these.isEmpty()
                ? null
                : path.ancestors().stream().filter(these::contains).findFirst().orElse(null);
    }

    /** How ends what would go through a symlink. */
    static Result.Failed refused(String target, RelativePath path, RelativePath link) {
        return new Result.Failed(
                ErrorCode.OUTSIDE_ROOT,
                "write",
                "target '" + target + "': could not deliver '" + path + "': '" + link
                        + "' above it is a symlink there, and may lead out of the root; find out who made it, and put a"
                        + " directory in its place");
    }

    /** How ends what was done while somebody put a symlink above it. */
    static Result.Failed changed(String target, RelativePath path, RelativePath link) {
        return new Result.Failed(
                ErrorCode.OUTSIDE_ROOT,
                "publish",
                "target '" + target + "': '" + path + "' may have been delivered elsewhere: '" + link
                        + "' above it became a symlink meanwhile; find out who made it and what is where it leads, and put"
                        + " a directory in its place");
    }
}
