package io.freshet.target;

import io.freshet.failure.ErrorCode;
import io.freshet.file.BlockMap;
import io.freshet.file.ContentHash;
import io.freshet.file.FileState;
import org.jspecify.annotations.Nullable;

/** How one {@link Operation} ended. */
public sealed interface Result {
    /**
     * The target holds it.
     *
     * @param bytes bytes of content sent; less than the file's size where the target had the rest
     * @param delivered for a file the state of the source object that was sent, otherwise null
     * @param hash for a file the hash of its bytes as they were read, otherwise null
     * @param blocks the hashes of its blocks, for a file that is worth it, otherwise null
     * @param remark what is not as in the source and cannot be, in words; otherwise null
     * @param unstable whether a file was changed while it was read, so that what was sent may mix what it was with what it
     *     became; {@code delivered} then has the size that was sent
     */
    record Done(
            long bytes,
            @Nullable FileState delivered,
            @Nullable ContentHash hash,
            @Nullable BlockMap blocks,
            @Nullable String remark,
            boolean unstable)
            implements Result {
        /** Done, and of what held still. */
        public Done(
                long bytes,
                @Nullable FileState delivered,
                @Nullable ContentHash hash,
                @Nullable BlockMap blocks,
                @Nullable String remark) {
            this(bytes, delivered, hash, blocks, remark, false);
        }

        /** Done, and as in the source. */
        public Done(long bytes, @Nullable FileState delivered, @Nullable ContentHash hash, @Nullable BlockMap blocks) {
            this(bytes, delivered, hash, blocks, null);
        }

        /** An operation without content. */
        public static final Done WITHOUT_CONTENT = new Done(0, null, null, null);
    }

    /**
     * The path is as it was before; after {@code CONNECTION_LOST} that or done, whole, and only a look can tell.
     *
     * @param phase where it failed: {@code read}, {@code write}, {@code publish}, {@code remove} or {@code attributes}
     * @param message names the target, the path, the operation and the next step
     */
    record Failed(ErrorCode code, String phase, String message) implements Result {}
}
