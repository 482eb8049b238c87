package io.freshet.transfer.local;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.Attributes;
import io.freshet.file.ExtendedAttributes;
import io.freshet.path.RelativePath;
import io.freshet.path.TextForm;
import io.freshet.posix.LocalNode;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Operation.Link;
import io.freshet.target.Operation.MakeDirectory;
import io.freshet.target.Operation.PutFile;
import io.freshet.target.Operation.PutNode;
import io.freshet.target.Operation.PutSymlink;
import io.freshet.target.Operation.RemoveDirectory;
import io.freshet.target.Operation.RemoveFile;
import io.freshet.target.Operation.Rename;
import io.freshet.target.Operation.SetAttributes;
import io.freshet.target.Operation.SyncDirectory;
import io.freshet.target.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Carries out operations on the local file system, one after the other, but small files that follow each other together: all are
 * written, then flushed at the same time, as a journal takes many flushes with one write, then published.
 */
final class LocalDelivery {
    private static final int FILLABLE = 0700;
    private static final int LONGEST_NAME = 255;
    private static final long SMALL = 1 << 20;
    private static final int MOST_TOGETHER = 64;

    private final LocalTargetSession session;
    private final Monitor monitor;

    LocalDelivery(LocalTargetSession session, Monitor monitor) {
        this.session = session;
        this.monitor = monitor;
    }

    static Result.Failed stopped(String target) {
        return new Result.Failed(
                ErrorCode.STOPPED, "write", "target '" + target + "': stopped on request; the next run goes on");
    }

    /** Returns where the operations end that are carried out together with the one at {@code from}. */
    static int endOfGroup(List<Operation> operations, int from) {
        int end = from;
        while (end < operations.size()
                && end - from < MOST_TOGETHER
                && operations.get(end) instanceof PutFile put
                && put.expectedSize() <= SMALL) {
            end++;
        }
        return Math.max(end, from + 1);
    }

    /** Carries out operations that {@link #endOfGroup} puts together. */
    List<Result> carryOut(List<Operation> group) {
        if (!(group.get(0) instanceof PutFile)) {
            return List.of(carryOut(group.get(0)));
        }
        List<Attempt> attempts = new ArrayList<>();
        Result givenUp = null;
        for (Operation operation : group) {
            Attempt attempt = new Attempt((PutFile) operation);
            attempts.add(attempt);
            if (givenUp == null) {
                attempt.write();
            } else {
                attempt.ended = givenUp;
            }
            if (attempt.ended instanceof Result.Failed failed && failed.code().concernsWholeTarget()) {
                givenUp = failed;
            }
        }
        attempts.stream()
                .map(attempt -> CompletableFuture.runAsync(attempt::flush, session.flushers()))
                .toList()
                .forEach(CompletableFuture::join);
        return attempts.stream().map(Attempt::publish).toList();
    }

    /** One file of a group, as far as it came: staged, or ended. */
    private final class Attempt {
        private final PutFile put;
        private @Nullable StagedFile staged;
        private @Nullable Result ended;

        private Attempt(PutFile put) {
            this.put = put;
        }

        private void write() {
            try {
                refuseLinksAbove(put.path());
                staged = StagedFile.write(put, session, monitor);
            } catch (IOException | FreshetException e) {
                ended = endOf(put, e);
            }
        }

        private void flush() {
            StagedFile file = staged;
            if (file != null) {
                try {
                    file.flush();
                } catch (IOException e) {
                    discard(file, e);
                }
            }
        }

        private Result publish() {
            StagedFile file = staged;
            if (file != null) {
                try {
                    refuseLinksAbove(put.path());
                    return file.publish(session.path(put.path()));
                } catch (IOException | FreshetException e) {
                    discard(file, e);
                }
            }
            return Objects.requireNonNull(ended);
        }

        private void discard(StagedFile file, Exception reason) {
            staged = null;
            // Told while the file still takes up the space that may be why.
            ended = endOf(put, reason);
            file.discard(reason);
        }
    }

    private Result carryOut(Operation operation) {
        try {
            dispatch(operation);
            return new Result.Done(0, null, null, null, remark(operation));
        } catch (IOException | FreshetException e) {
            return endOf(operation, e);
        }
    }

    private @Nullable String remark(Operation operation) {
        if (operation instanceof SetAttributes set) {
            return session.remark(set.attributes());
        }
        return operation instanceof PutNode put ? session.remark(put.attributes()) : null;
    }

    private Result endOf(Operation operation, Exception failure) {
        if (failure instanceof Refusal refusal) {
            return failed(operation, refusal.phase(), refusal.code(), String.valueOf(refusal.getMessage()));
        }
        if (failure instanceof FreshetException told) {
            return new Result.Failed(told.code(), "read", String.valueOf(told.getMessage()));
        }
        return explain(operation, (IOException) failure);
    }

    /** Through a symlink a path leads elsewhere, out of the root perhaps. */
    private void refuseLinksAbove(RelativePath path) throws Refusal {
        for (RelativePath above = path.parent(); !above.isRoot(); above = above.parent()) {
            if (Files.isSymbolicLink(session.path(above))) {
                throw new Refusal(
                        ErrorCode.OUTSIDE_ROOT,
                        "write",
                        "'" + above
                                + "' above it is a symlink there, and may lead out of the root; find out who made it,"
                                + " and put a directory in its place");
            }
        }
    }

    private void dispatch(Operation operation) throws IOException {
        refuseLinksAbove(operation.path());
        Path path = session.path(operation.path());
        if (operation instanceof PutSymlink put) {
            putSymlink(put, path);
        } else if (operation instanceof PutNode put) {
            putNode(put, path);
        } else if (operation instanceof Link link) {
            refuseLinksAbove(link.existing());
            link(session.path(link.existing()), path);
        } else if (operation instanceof MakeDirectory) {
            makeDirectory(path);
        } else if (operation instanceof RemoveFile || operation instanceof RemoveDirectory) {
            remove(path, operation instanceof RemoveDirectory);
        } else if (operation instanceof Rename rename) {
            refuseLinksAbove(rename.from());
            Files.move(session.path(rename.from()), path, StandardCopyOption.ATOMIC_MOVE);
        } else if (operation instanceof SetAttributes set) {
            if (Files.isSymbolicLink(path)) {
                throw Refusal.conflict("attributes", "a symlink is in its place");
            }
            session.setAttributes(path, set.attributes());
        } else if (operation instanceof SyncDirectory) {
            LocalFile.syncDirectory(path);
        }
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
            throw Refusal.conflict(
                    "remove",
                    directory ? "something that is no directory is in its place" : "a directory is in its place");
        }
        Files.delete(path);
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
        Path temporary = session.temporary();
        try {
            Files.createSymbolicLink(temporary, linkTarget);
            Attributes attributes = put.attributes();
            try (LocalNode node = LocalNode.hold(LocalPaths.bytes(temporary))) {
                if (session.isSuperuser()) {
                    node.setOwner(attributes.uid(), attributes.gid());
                }
                if (!attributes.extended().equals(ExtendedAttributes.NOT_ASKED)) {
                    node.setExtended(session.extended(), attributes.extended());
                }
                node.setTime(attributes.mtimeNanos());
            }
            LocalFile.publish(temporary, path);
        } catch (IOException | RuntimeException e) {
            LocalFile.removeQuietly(temporary, e);
            throw e;
        }
    }

    private void putNode(PutNode put, Path path) throws IOException {
        Path temporary = session.temporary();
        try {
            LocalNode.make(LocalPaths.bytes(temporary), put.type(), put.device());
            session.setAttributes(temporary, put.attributes());
            LocalFile.publish(temporary, path);
        } catch (IOException | RuntimeException e) {
            LocalFile.removeQuietly(temporary, e);
            throw e;
        }
    }

    private void link(Path existing, Path path) throws IOException {
        if (!Files.isRegularFile(existing, LinkOption.NOFOLLOW_LINKS)) {
            throw Refusal.conflict("write", "what it is to be another name of is no file");
        }
        Path temporary = session.temporary();
        try {
            Files.createLink(temporary, existing);
            LocalFile.publish(temporary, path);
            // rename(2) does nothing where both names are of one file already.
            Files.deleteIfExists(temporary);
        } catch (IOException | RuntimeException e) {
            LocalFile.removeQuietly(temporary, e);
            throw e;
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
        boolean publishes =
                operation instanceof PutFile || operation instanceof PutSymlink || operation instanceof PutNode;
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
}
