package io.freshet.journal;

import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What tells whether a target and the database are of one time (rule 5): a nonce that both hold and that is renewed again and
 * again, and which database the manifest was made in.
 *
 * @param current what the marker on the target says; null before the first one
 * @param pending what was being written there; null if nothing was
 * @param isOld whether it is time for another one
 * @param madeIn system identifier and timeline of the database in which the manifest was made; null before the first run
 * @param database those of the database as it is now
 */
public record TargetGeneration(
        @Nullable UUID current,
        @Nullable UUID pending,
        boolean isOld,
        @Nullable String madeIn,
        String database) {

    /**
     * Returns why the manifest may not be what the target holds; empty if nothing speaks against it.
     *
     * @param found what the marker on the target says
     */
    public Optional<String> doubt(@Nullable UUID found) {
        if (madeIn != null && !madeIn.equals(database)) {
            return Optional.of(
                    "the database was restored, moved or failed over: it is " + database + " and was " + madeIn);
        }
        if (Objects.equals(found, current) || (found != null && found.equals(pending))) {
            return Optional.empty();
        }
        return Optional.of(
                "the target or the database is of an earlier time: it was restored, or something with a copy of this"
                        + " database serves the target too");
    }

    /** Returns whether the marker is to be given another generation. */
    public boolean isDue(@Nullable UUID found) {
        return isOld || current == null || !current.equals(found);
    }
}
