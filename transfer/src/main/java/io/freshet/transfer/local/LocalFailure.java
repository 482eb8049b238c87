package io.freshet.transfer.local;

import io.freshet.failure.ErrorCode;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells what an {@link IOException} of the local file system means; by looking, for its words depend on the locale. */
final class LocalFailure {
    private static final long NEARLY_FULL = 1 << 20;

    private LocalFailure() {}

    static ErrorCode codeOf(IOException failure) {
        return failure instanceof AccessDeniedException ? ErrorCode.PERMISSION_DENIED : ErrorCode.TARGET_FAILURE;
    }

    /** Returns whether a write failed because nothing is left; to be asked before what was written is removed. */
    static boolean isForWantOfSpace(Exception failure, Path root) {
        return failure instanceof IOException write
                && !(failure instanceof Refusal)
                && codeOf(write, root) == ErrorCode.TARGET_FULL;
    }

    /** Returns the code for a failure that nothing about the path itself explains. */
    static ErrorCode codeOf(IOException failure, Path root) {
        try {
            FileStore store = Files.getFileStore(root);
            if (store.isReadOnly()) {
                return ErrorCode.TARGET_READ_ONLY;
            }
            if (!(failure instanceof AccessDeniedException) && store.getUsableSpace() < NEARLY_FULL) {
                return ErrorCode.TARGET_FULL;
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return codeOf(failure);
    }
}
