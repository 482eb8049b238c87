package io.freshet.target;

import io.freshet.failure.ErrorCode;
import java.util.List;

/** What a target said when it was asked for the entries of one of many directories. */
public sealed interface TargetListing {
    /** The directory's entries without {@code .freshet}, in no order. */
    record Entries(List<TargetEntry> entries) implements TargetListing {
        public Entries {
            entries = List.copyOf(entries);
        }
    }

    /** There is no directory: nothing, or something else, such as a symlink to one. */
    record NoDirectory() implements TargetListing {}

    /** There is one, and it cannot be read. */
    record Unreadable(ErrorCode code, String message) implements TargetListing {}
}
