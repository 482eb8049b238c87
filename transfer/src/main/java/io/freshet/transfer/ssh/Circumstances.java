package io.freshet.transfer.ssh;

import io.freshet.path.RelativePath;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a look around tells after a request failed; SFTP's own status codes are too coarse to decide on (OpenSSH answers a
 * full disk, a directory that is not empty and a nested mount alike with FAILURE).
 *
 * @param path the path of the operation
 * @param parent the directory that holds it
 * @param from for a rename the old path, otherwise null
 * @param gateGone whether the own gate was entered and is no longer there
 * @param space the file system, where the target tells
 */
record Circumstances(
        Look path,
        Look parent,
        @Nullable Look from,
        boolean gateGone,
        @Nullable FileSystemSpace space) {

    /** One LSTAT: its status, and the attributes if that is OK. */
    record Look(int status, @Nullable SftpAttributes attributes) {
        static Look of(SftpReply reply) {
            if (reply.type() != SftpProtocol.ATTRIBUTES) {
                return new Look(reply.status().code(), null);
            }
            SftpAttributes attributes = reply.attributes();
            // MINA answers LSTAT of a path below a file with attributes that tell nothing at all.
            return attributes.hasType()
                    ? new Look(SftpProtocol.STATUS_OK, attributes)
                    : new Look(SftpProtocol.STATUS_NO_SUCH_FILE, null);
        }

        boolean isAbsent() {
            return status == SftpProtocol.STATUS_NO_SUCH_FILE || status == SftpProtocol.STATUS_NO_SUCH_PATH;
        }

        boolean isDirectory() {
            return attributes != null && attributes.isDirectory();
        }

        boolean isSymlink() {
            return attributes != null && attributes.isSymlink();
        }

        boolean isThere() {
            return attributes != null;
        }

        boolean isNameRefused() {
            return status == SftpProtocol.STATUS_BAD_MESSAGE || status == SftpProtocol.STATUS_INVALID_FILENAME;
        }
    }

    /** Sends all the looks at once; {@code then} gets them when the last has come. */
    static void look(
            SftpChannel channel,
            RemotePaths paths,
            RelativePath path,
            @Nullable RelativePath from,
            Consumer<Circumstances> then) {
        Gathering gathering = new Gathering(then);
        gathering.ask(channel, paths.of(path), look -> gathering.path = look);
        gathering.ask(channel, paths.of(path.parent()), look -> gathering.parent = look);
        if (from != null) {
            gathering.ask(channel, paths.of(from), look -> gathering.from = look);
        }
        if (paths.isGated()) {
            gathering.ask(channel, paths.ownGate(), look -> gathering.gateGone = look.isAbsent());
        }
        if (channel.offers(SftpProtocol.STATVFS)) {
            gathering.due++;
            channel.send(channel.extended(SftpProtocol.STATVFS).string(paths.of(RelativePath.ROOT)), reply -> {
                if (reply.type() == SftpProtocol.EXTENDED_REPLY) {
                    gathering.space = FileSystemSpace.of(reply);
                }
                gathering.arrived();
            });
        }
    }

    private static final class Gathering {
        private final Consumer<Circumstances> then;
        private int due;
        private @Nullable Look path;
        private @Nullable Look parent;
        private @Nullable Look from;
        private boolean gateGone;
        private @Nullable FileSystemSpace space;

        private Gathering(Consumer<Circumstances> then) {
            this.then = then;
        }

        private void ask(SftpChannel channel, byte[] remote, Consumer<Look> keep) {
            due++;
            channel.send(channel.request(SftpProtocol.LSTAT).string(remote), reply -> {
                keep.accept(Look.of(reply));
                arrived();
            });
        }

        private void arrived() {
            due--;
            Look ownPath = path;
            Look ownParent = parent;
            if (due == 0 && ownPath != null && ownParent != null) {
                then.accept(new Circumstances(ownPath, ownParent, from, gateGone, space));
            }
        }
    }
}
