package io.freshet.run;

import io.freshet.file.FileState;
import io.freshet.journal.ManifestEntry;
import io.freshet.journal.WorkItem;
import io.freshet.path.RelativePath;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A claimed item with what was seen of its path: on the source by a look after the claim, and in the manifest.
 *
 * @param lookedAt when the look began
 * @param source what the source has, null if nothing
 * @param held what the target was given, null if nothing
 * @param replaced why something that we did not put there is overwritten, null where nothing is
 */
record Candidate(
        WorkItem item,
        Instant lookedAt,
        @Nullable FileState source,
        @Nullable ManifestEntry held,
        @Nullable String replaced) {

    RelativePath path() {
        return item.path();
    }

    FileState present() {
        if (source == null) {
            throw new IllegalStateException("the source has nothing at " + path());
        }
        return source;
    }

    Candidate of(WorkItem changed) {
        return new Candidate(changed, lookedAt, source, held, replaced);
    }

    /** Returns the same where the target holds something else. */
    Candidate holding(ManifestEntry entry) {
        return new Candidate(item, lookedAt, source, entry, replaced);
    }

    Candidate replacing(String reason) {
        return new Candidate(item, lookedAt, source, held, reason);
    }
}
