package io.freshet.journal;

import io.freshet.failure.ErrorCode;
import io.freshet.file.ContentHash;
import io.freshet.path.RelativePath;
import org.jspecify.annotations.Nullable;

/**
 * A line of the audit trail.
 *
 * @param item the work item that led to it
 * @param path the path it is about: the item's, or one below it
 * @param bytes bytes of content sent
 */
public record Delivery(
        WorkItem item,
        RelativePath path,
        Outcome outcome,
        @Nullable RelativePath movedFrom,
        long bytes,
        @Nullable ContentHash hash,
        @Nullable String reason,
        @Nullable ErrorCode code) {
    /** Returns the same with something more to say. */
    Delivery with(String remark) {
        String both = reason == null ? remark : reason + "; " + remark;
        return new Delivery(item, path, outcome, movedFrom, bytes, hash, both, code);
    }
}
