package io.freshet.transfer.local;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.Attributes;
import io.freshet.file.Content;
import io.freshet.file.ContentHash;
import io.freshet.file.FileState;
import io.freshet.path.RelativePath;
import io.freshet.path.TextForm;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Operation.Link;
import io.freshet.target.Operation.MakeDirectory;
import io.freshet.target.Operation.PutFile;
import io.freshet.target.Operation.PutSymlink;
import io.freshet.target.Operation.RemoveDirectory;
import io.freshet.target.Operation.RemoveFile;
import io.freshet.target.Operation.Rename;
import io.freshet.target.Operation.SetAttributes;
import io.freshet.target.Operation.SyncDirectory;
import io.freshet.target.Result;
import io.freshet.transfer.SecondReading;
import io.freshet.transfer.StagingName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Carries out operations on the local file system, each to its end before the next. */
final class LocalDelivery {
    private static final int FILLABLE = 0700;
    private static final int SET_ID_BITS = 06000;
    private static final int LONGEST_NAME = 255;

    private final LocalTargetSession session;
    private final Monitor monitor;
    private final byte[] block = new byte[256 * 1024];

    LocalDelivery(LocalTargetSession session, Monitor monitor) {
        this.session = session;
        this.monitor = monitor;
    }

    static Result.Failed stopped(String target) {
        return new Result.Failed(
                ErrorCode.STOPPED, "write", "target '" + target + "': stopped on request; the next run goes on");
    }

    Result carryOut(Operation operation) {
        try {
            return dispatch(operation);
        } catch (Refusal e) {
            return failed(operation, e.phase, e.code, String.valueOf(e.getMessage()));
        } catch (FreshetException e) {
            return new Result.Failed(e.code(), "read", String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return explain(operation, e);
        }
    }

    private Result dispatch(Operation operation) throws IOException {
        Path path = session.path(operation.path());
        if (operation instanceof PutFile put) {
            return put(put, path);
        }
        if (operation instanceof PutSymlink put) {
            putSymlink(put, path);
        } else if (operation instanceof Link link) {
            link(session.path(link.existing()), path);
        } else if (operation instanceof MakeDirectory) {
            makeDirectory(path);
        } else if (operation instanceof RemoveFile || operation instanceof RemoveDirectory) {
            remove(path, operation instanceof RemoveDirectory);
        } else if (operation instanceof Rename rename) {
            Files.move(session.path(rename.from()), path, StandardCopyOption.ATOMIC_MOVE);
        } else if (operation instanceof SetAttributes set) {
            if (Files.isSymbolicLink(path)) {
                throw conflict("attributes", "a symlink is in its place");
            }
            setAttributes(path, set.attributes());
        } else if (operation instanceof SyncDirectory) {
            LocalFile.syncDirectory(path);
        }
        return Result.Done.WITHOUT_CONTENT;
    }

    private static void makeDirectory(Path path) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(path);
            LocalAttributes.setMode(path, FILLABLE);
        }
    }

    private static void remove(Path path, boolean directory) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) != directory
                && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw conflict(
                    "remove",
                    directory ? "something that is no directory is in its place" : "a directory is in its place");
        }
        Files.delete(path);
    }

    private Result put(PutFile put, Path path) throws IOException {
        Path temporary = session.inHouse(StagingName.fresh());
        try (Content.Reading reading = put.content().open()) {
            FileState state = reading.opened();
            MessageDigest digest = SecondReading.sha256();
            long sent;
            try (FileChannel channel = LocalFile.create(temporary)) {
                sent = copy(put, reading, channel, digest);
                setAttributes(temporary, state.attributes());
                channel.force(true);
            }
            ContentHash hash = ContentHash.of(digest.digest());
            if (!isWhole(put.content(), state, reading.now(), sent, hash)) {
                throw new Refusal(
                        ErrorCode.SOURCE_CHANGED, "read", "it changed while it was read; it is looked at again");
            }
            publish(temporary, path);
            return new Result.Done(sent, state, hash);
        } catch (IOException | RuntimeException e) {
            removeQuietly(temporary, e);
            throw e;
        }
    }

    /** Returns whether what was read is the whole file as it was when it was opened, though it may have grown since. */
    private boolean isWhole(Content content, FileState opened, FileState now, long sent, ContentHash hash)
            throws Refusal {
        if (now.isUnchangedSince(opened)) {
            return true;
        }
        if (sent != opened.size() || !SecondReading.mayOnlyHaveGrown(opened, now)) {
            return false;
        }
        try (SecondReading again = new SecondReading(content, sent, hash)) {
            while (again.readOn(block)) {
                requireNoStop();
            }
            return again.isSame();
        }
    }

    private void requireNoStop() throws Refusal {
        if (monitor.stopRequested()) {
            throw new Refusal(ErrorCode.STOPPED, "write", "stopped on request; the next run goes on");
        }
    }

    private long copy(PutFile put, Content.Reading reading, FileChannel channel, MessageDigest digest)
            throws IOException {
        long size = reading.opened().size();
        long sent = 0;
        while (sent < size) {
            requireNoStop();
            int read = reading.read(block, 0, (int) Math.min(block.length, size - sent));
            if (read < 0) {
                break;
            }
            digest.update(block, 0, read);
            LocalFile.writeFully(channel, ByteBuffer.wrap(block, 0, read));
            sent += read;
            monitor.sent(put, read);
        }
        return sent;
    }

    private void putSymlink(PutSymlink put, Path path) throws IOException {
        byte[] text = TextForm.decode(put.linkTarget());
        Path linkTarget = LocalPaths.ofText(text);
        if (!Arrays.equals(LocalPaths.bytes(linkTarget), text)) {
            throw new Refusal(
                    ErrorCode.NAME_REFUSED,
                    "write",
                    "the text of the symlink cannot be kept as it is on a local target");
        }
        Path temporary = session.inHouse(StagingName.fresh());
        try {
            Files.createSymbolicLink(temporary, linkTarget);
            Attributes attributes = put.attributes();
            if (session.isSuperuser()) {
                LocalAttributes.setOwner(temporary, attributes.uid(), attributes.gid());
            }
            LocalAttributes.setTime(temporary, attributes.mtimeNanos());
            publish(temporary, path);
        } catch (IOException | RuntimeException e) {
            removeQuietly(temporary, e);
            throw e;
        }
    }

    private void link(Path existing, Path path) throws IOException {
        if (!Files.isRegularFile(existing, LinkOption.NOFOLLOW_LINKS)) {
            throw conflict("write", "what it is to be another name of is no file");
        }
        Path temporary = session.inHouse(StagingName.fresh());
        try {
            Files.createLink(temporary, existing);
            publish(temporary, path);
            // rename(2) does nothing where both names are of one file already.
            Files.deleteIfExists(temporary);
        } catch (IOException | RuntimeException e) {
            removeQuietly(temporary, e);
            throw e;
        }
    }

    private static void publish(Path temporary, Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            throw conflict("publish", "a directory is in its place");
        }
        Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Owner before mode, for changing the owner takes set-id bits away; those go where the owner cannot be set. */
    private void setAttributes(Path path, Attributes attributes) throws IOException {
        int mode = attributes.mode();
        if (session.isSuperuser()) {
            LocalAttributes.setOwner(path, attributes.uid(), attributes.gid());
        } else {
            mode &= ~SET_ID_BITS;
        }
        LocalAttributes.setMode(path, mode);
        LocalAttributes.setTime(path, attributes.mtimeNanos());
    }

    private static void removeQuietly(Path temporary, Throwable reason) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Looks around to tell why the file system refused; never by the words of the exception. */
    private Result explain(Operation operation, IOException failure) {
        String phase = phaseOf(operation);
        if (session.isGateGone()) {
            return failed(
                    operation,
                    phase,
                    ErrorCode.LEASE_LOST,
                    "the gate of this lease is gone: another process owns the target now");
        }
        Path path = session.path(operation.path());
        Path parent = session.path(operation.path().parent());
        boolean there = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
        boolean parentThere = Files.exists(parent, LinkOption.NOFOLLOW_LINKS);
        boolean parentDirectory = Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS);
        boolean removal = operation instanceof RemoveFile || operation instanceof RemoveDirectory;
        if (removal && Files.notExists(path, LinkOption.NOFOLLOW_LINKS) && (!parentThere || parentDirectory)) {
            return Result.Done.WITHOUT_CONTENT;
        }
        if (operation.path().name().length > LONGEST_NAME) {
            return failed(operation, phase, ErrorCode.NAME_REFUSED, "the name is too long");
        }
        if (!parentThere) {
            return failed(
                    operation,
                    phase,
                    ErrorCode.PARENT_MISSING,
                    "its parent directory is missing; that is delivered first");
        }
        if (!parentDirectory) {
            return failed(operation, phase, ErrorCode.TARGET_CONFLICT, "its parent is no directory");
        }
        String conflict = conflictOf(operation, path, there, failure);
        if (conflict != null) {
            return failed(operation, phase, ErrorCode.TARGET_CONFLICT, conflict);
        }
        boolean publishes = operation instanceof PutFile || operation instanceof PutSymlink;
        if (failure instanceof NoSuchFileException && (publishes || operation instanceof MakeDirectory)) {
            return failed(
                    operation,
                    phase,
                    ErrorCode.PARENT_MISSING,
                    "its parent directory was missing, and is there by now; it is tried again");
        }
        ErrorCode code = LocalFailure.codeOf(failure, session.base());
        return failed(operation, phase, code, String.valueOf(failure.getMessage()));
    }

    private @Nullable String conflictOf(Operation operation, Path path, boolean there, IOException failure) {
        if (operation instanceof MakeDirectory && there) {
            return "something that is no directory is in its place";
        }
        if (operation instanceof RemoveDirectory
                && there
                && LocalFailure.codeOf(failure) != ErrorCode.PERMISSION_DENIED) {
            return "it is not empty, or something is mounted on it";
        }
        if (operation instanceof SetAttributes && !there) {
            return "there is nothing under this path";
        }
        if (operation instanceof Rename rename) {
            Path from = session.path(rename.from());
            if (Files.notExists(from, LinkOption.NOFOLLOW_LINKS)) {
                return "there is nothing under the old path";
            }
            if (there
                    && (Files.isDirectory(from, LinkOption.NOFOLLOW_LINKS)
                            || Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))) {
                return "something that cannot be replaced is under the new path";
            }
        }
        return null;
    }

    private static String phaseOf(Operation operation) {
        if (operation instanceof RemoveFile || operation instanceof RemoveDirectory) {
            return "remove";
        }
        if (operation instanceof SetAttributes) {
            return "attributes";
        }
        return operation instanceof Rename ? "publish" : "write";
    }

    private Result.Failed failed(Operation operation, String phase, ErrorCode code, String reason) {
        RelativePath path = operation.path();
        return new Result.Failed(
                code,
                phase,
                "target '" + session.target() + "': could not deliver '" + (path.isRoot() ? "." : path) + "': "
                        + reason);
    }

    private static Refusal conflict(String phase, String reason) {
        return new Refusal(ErrorCode.TARGET_CONFLICT, phase, reason);
    }

    /** An outcome that needs no look around. */
    private static final class Refusal extends IOException {
        private static final long serialVersionUID = 1L;

        private final ErrorCode code;
        private final String phase;

        private Refusal(ErrorCode code, String phase, String reason) {
            super(reason);
            this.code = code;
            this.phase = phase;
        }
    }
}
