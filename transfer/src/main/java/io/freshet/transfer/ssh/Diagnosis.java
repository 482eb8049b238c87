package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
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
import io.freshet.transfer.ssh.Circumstances.Look;
import org.jspecify.annotations.Nullable;

/**
 * Why an operation failed, or that it has nothing to do after all; a pure function of the server's answer and the {@link
 * Circumstances}.
 *
 * @param code null if the path is as the operation wants it
 * @param reason words for people, with the next step
 */
record Diagnosis(@Nullable ErrorCode code, String reason) {
    /** NAME_MAX of every file system that Linux serves ({@code linux/limits.h}). */
    private static final int LONGEST_NAME = 255;

    private static final Diagnosis AS_WANTED = new Diagnosis(null, "");

    /** Diagnoses a request about the path itself, or the final rename to it. */
    static Diagnosis of(
            Operation operation, SftpReply.Status status, Circumstances seen, boolean superuser, boolean atomicRename) {
        Diagnosis whole = ofTarget(seen);
        if (whole != null) {
            return whole;
        }
        if (seen.path().isNameRefused() || operation.path().name().length > LONGEST_NAME) {
            return nameRefused();
        }
        Diagnosis known = ofOperation(operation, status, seen, atomicRename);
        if (known != null) {
            return known;
        }
        return ofStatus(status, seen, superuser);
    }

    /** Diagnoses a request about the temporary file in the staging area. */
    static Diagnosis ofStaging(SftpReply.Status status, Circumstances seen, boolean superuser) {
        Diagnosis whole = ofTarget(seen);
        return whole != null ? whole : ofStatus(status, seen, superuser);
    }

    private static @Nullable Diagnosis ofTarget(Circumstances seen) {
        if (seen.gateGone()) {
            return new Diagnosis(
                    ErrorCode.LEASE_LOST, "the gate of this lease is gone: another process owns the target now");
        }
        FileSystemSpace space = seen.space();
        if (space != null && space.readOnly()) {
            return new Diagnosis(
                    ErrorCode.TARGET_READ_ONLY,
                    "the file system is mounted read-only; it is tried again until it is not");
        }
        return null;
    }

    private static @Nullable Diagnosis ofOperation(
            Operation operation, SftpReply.Status status, Circumstances seen, boolean atomicRename) {
        Look path = seen.path();
        if (operation instanceof MakeDirectory) {
            if (path.isDirectory()) {
                return AS_WANTED;
            }
            if (path.isThere()) {
                return conflict("something that is no directory is in its place");
            }
        }
        if (operation instanceof RemoveFile || operation instanceof RemoveDirectory) {
            return ofRemoval(operation, status, seen);
        }
        Diagnosis parent = ofParent(seen);
        if (parent != null) {
            return parent;
        }
        if (operation instanceof PutFile
                || operation instanceof PutSymlink
                || operation instanceof PutNode
                || operation instanceof Link) {
            if (path.isDirectory()) {
                return conflict("a directory is in its place");
            }
            if (path.isThere() && !atomicRename) {
                return new Diagnosis(
                        ErrorCode.UNSUPPORTED,
                        "the server cannot replace a file in one step (it lacks " + SftpProtocol.POSIX_RENAME + ")");
            }
        }
        boolean makes = operation instanceof PutFile
                || operation instanceof PutSymlink
                || operation instanceof PutNode
                || operation instanceof MakeDirectory;
        if (makes
                && status.code() == SftpProtocol.STATUS_NO_SUCH_FILE
                && seen.parent().isDirectory()) {
            return new Diagnosis(
                    ErrorCode.PARENT_MISSING,
                    "its parent directory was missing, and is there by now; it is tried again");
        }
        if (operation instanceof Rename) {
            return ofRename(seen);
        }
        if (operation instanceof SetAttributes && (path.isAbsent() || path.isSymlink())) {
            return conflict(path.isAbsent() ? "there is nothing under this path" : "a symlink is in its place");
        }
        return null;
    }

    private static @Nullable Diagnosis ofRemoval(Operation operation, SftpReply.Status status, Circumstances seen) {
        Look path = seen.path();
        Look parent = seen.parent();
        if (path.isAbsent() && (parent.isAbsent() || parent.isDirectory())) {
            return AS_WANTED;
        }
        if (path.isAbsent() && parent.isThere()) {
            return conflict("its parent is no directory");
        }
        if (operation instanceof RemoveFile && path.isDirectory()) {
            return conflict("a directory is in its place");
        }
        if (operation instanceof RemoveDirectory && path.isThere() && !path.isDirectory()) {
            return conflict("something that is no directory is in its place");
        }
        if (operation instanceof RemoveDirectory
                && path.isDirectory()
                && status.code() != SftpProtocol.STATUS_PERMISSION_DENIED) {
            return conflict("it is not empty, or something is mounted on it");
        }
        return null;
    }

    private static @Nullable Diagnosis ofParent(Circumstances seen) {
        if (seen.parent().isAbsent()) {
            return new Diagnosis(ErrorCode.PARENT_MISSING, "its parent directory is missing; that is delivered first");
        }
        if (seen.parent().isThere() && !seen.parent().isDirectory()) {
            return conflict("its parent is no directory");
        }
        return null;
    }

    private static @Nullable Diagnosis ofRename(Circumstances seen) {
        Look from = seen.from();
        if (from == null || from.isAbsent()) {
            return conflict("there is nothing under the old path");
        }
        if (from.isThere()
                && seen.path().isThere()
                && (from.isDirectory() || seen.path().isDirectory())) {
            return conflict("something that cannot be replaced is under the new path");
        }
        return null;
    }

    private static Diagnosis ofStatus(SftpReply.Status status, Circumstances seen, boolean superuser) {
        FileSystemSpace space = seen.space();
        switch (status.code()) {
            case SftpProtocol.STATUS_NO_SPACE, SftpProtocol.STATUS_QUOTA_EXCEEDED -> {
                return full();
            }
            case SftpProtocol.STATUS_INVALID_FILENAME -> {
                return nameRefused();
            }
            case SftpProtocol.STATUS_WRITE_PROTECT -> {
                return new Diagnosis(ErrorCode.TARGET_READ_ONLY, "the file system is write-protected");
            }
            case SftpProtocol.STATUS_PERMISSION_DENIED -> {
                return new Diagnosis(
                        ErrorCode.PERMISSION_DENIED, "the account may not do this; check the owner and mode there");
            }
            default -> {
                if (space != null && space.isFull(superuser)) {
                    return full();
                }
                return new Diagnosis(ErrorCode.TARGET_FAILURE, status + "; the server's log may say more");
            }
        }
    }

    private static Diagnosis nameRefused() {
        return new Diagnosis(ErrorCode.NAME_REFUSED, "the target refuses the name; shorten or change it");
    }

    private static Diagnosis full() {
        return new Diagnosis(ErrorCode.TARGET_FULL, "there is no space left; it is tried again until there is");
    }

    private static Diagnosis conflict(String reason) {
        return new Diagnosis(ErrorCode.TARGET_CONFLICT, reason);
    }
}
