package io.freshet.target;

import io.freshet.file.Attributes;
import io.freshet.file.BlockMap;
import io.freshet.file.Content;
import io.freshet.file.FileType;
import io.freshet.file.PartialKey;
import io.freshet.path.RelativePath;
import org.jspecify.annotations.Nullable;

/**
 * One change of one path on a target.
 *
 * <p>Every operation leaves its path either as it was or as it should be, whole. None creates a missing parent.
 */
public sealed interface Operation {
    /** The path that is changed; for a rename the new one. */
    RelativePath path();

    /**
     * Makes a directory with a mode that lets its owner fill it; {@link SetAttributes} gives it its final one. Succeeds
     * where a directory is there already; anything else in its place is a {@code TARGET_CONFLICT}.
     */
    record MakeDirectory(RelativePath path) implements Operation {}

    /**
     * Puts a file with content and attributes as they are when it is opened, by temporary file, flush and atomic
     * rename. Replaces a file or symlink; a directory in its place is a {@code TARGET_CONFLICT}.
     *
     * @param expectedSize size at the last look, to choose the way of transfer by
     * @param base what the target is believed to hold under the path, of which unchanged blocks may be copied; null where
     *     that is not known well enough
     * @param partial under which what has arrived is kept on the target if the delivery breaks off, and found by the next try;
     *     null where nothing is to be kept. Only a target that can {@linkplain Capability#SERVER_COPY copy} and {@linkplain
     *     Capability#CHECKSUM hash} keeps anything, and only of a source that still is this version when it is opened
     * @param unstable whether content that is changed while it is read is put as it was read; else that is {@code
     *     SOURCE_CHANGED}
     */
    record PutFile(
            RelativePath path,
            long expectedSize,
            Content content,
            @Nullable Base base,
            @Nullable PartialKey partial,
            boolean unstable)
            implements Operation {
        /** Puts a file of which the target has nothing. */
        public PutFile(RelativePath path, long expectedSize, Content content) {
            this(path, expectedSize, content, null, null, false);
        }
    }

    /**
     * An earlier version of a file that we delivered ourselves.
     *
     * @param size bytes
     * @param mtimeNanos the modification time that was set with it
     */
    record Base(long size, long mtimeNanos, BlockMap blocks) {}

    /**
     * Puts a symlink, by temporary link and atomic rename. Replaces a file or symlink; a directory in its place is a
     * {@code TARGET_CONFLICT}.
     *
     * @param linkTarget text form of what the link says
     */
    record PutSymlink(RelativePath path, String linkTarget, Attributes attributes) implements Operation {}

    /**
     * Puts a FIFO or a device node, by a temporary one and atomic rename. Replaces what is no directory; a directory in its
     * place is a {@code TARGET_CONFLICT}. Needs {@link Capability#FIFOS}, and for a device {@link Capability#DEVICE_NODES}.
     *
     * @param device as in {@link io.freshet.file.FileState}
     */
    record PutNode(RelativePath path, FileType type, long device, Attributes attributes) implements Operation {}

    /**
     * Makes the path another name of a regular file that is there already, by temporary link and atomic rename. Replaces a
     * file or symlink; a directory in its place is a {@code TARGET_CONFLICT}. Needs {@link Capability#HARD_LINK}.
     */
    record Link(RelativePath existing, RelativePath path) implements Operation {}

    /** Renames a file, symlink or directory. Replaces a file; a directory only if it is empty. */
    record Rename(RelativePath from, RelativePath path) implements Operation {}

    /** Removes a file or symlink. Succeeds where the path is absent and its parent is a real directory or absent too. */
    record RemoveFile(RelativePath path) implements Operation {}

    /** Removes an empty directory. Not empty is a {@code TARGET_CONFLICT}; absence is as for {@link RemoveFile}. */
    record RemoveDirectory(RelativePath path) implements Operation {}

    /** Sets mode, owner (where the account can), modification time and what else the target is to keep; never follows a link. */
    record SetAttributes(RelativePath path, Attributes attributes) implements Operation {}

    /** Flushes a directory's entries to stable storage, so that earlier changes in it survive a loss of power. */
    record SyncDirectory(RelativePath path) implements Operation {}
}
