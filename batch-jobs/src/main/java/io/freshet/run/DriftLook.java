package io.freshet.run;

import io.freshet.file.FileIdentity;
import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.journal.Evidence;
import io.freshet.journal.ManifestEntry;
import io.freshet.target.Capability;
import io.freshet.target.TargetEntry;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells what is on a target from what was put there, as far as a look tells. */
final class DriftLook {
    private static final long NANOS = 1_000_000_000L;

    private DriftLook() {}

    /**
     * Returns whether what is there is something else than what was put there. The attributes of a directory are set whenever
     * something is delivered in it, and the time of a symlink is not always: neither counts.
     *
     * @param wanted what is to be there in its place, null for nothing: who has it there already has lost nothing
     */
    static boolean isDrift(
            @Nullable ManifestEntry held, @Nullable FileState wanted, TargetEntry found, Set<Capability> capabilities) {
        return (held == null || !isLike(held, found, capabilities))
                && (wanted == null
                        || !isLike(
                                new ManifestEntry(found.path(), wanted, null, Evidence.ADOPTED, true),
                                found,
                                capabilities));
    }

    /** Returns whether nothing but mode and owner is another than was delivered. */
    static boolean isOfAttributes(ManifestEntry held, TargetEntry found, Set<Capability> capabilities) {
        return Divergence.between(held, Optional.of(found), capabilities)
                .filter(divergence -> divergence.kind() == Divergence.Kind.ATTRIBUTES)
                .isPresent();
    }

    private static boolean isLike(ManifestEntry held, TargetEntry found, Set<Capability> capabilities) {
        FileState state = held.state();
        if (state.type() != found.type()) {
            return false;
        }
        return switch (state.type()) {
            case DIRECTORY -> true;
            case SYMLINK -> Objects.equals(state.linkTarget(), found.linkTarget());
            default ->
                Divergence.between(held, Optional.of(found), capabilities).isEmpty();
        };
    }

    /** Returns all that a look tells, in words: of two looks with the same words nobody can tell a difference. */
    static String words(TargetEntry found) {
        String type = found.type().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        String owner =
                ", mode 0%s, owner %d:%d".formatted(Integer.toOctalString(found.mode()), found.uid(), found.gid());
        return switch (found.type()) {
            case FILE ->
                "a file, size " + found.size() + ", modified "
                        + Instant.ofEpochSecond(
                                Math.floorDiv(found.mtimeNanos(), NANOS), Math.floorMod(found.mtimeNanos(), NANOS))
                        + owner;
            case SYMLINK -> "a symlink to '" + found.linkTarget() + "'";
            default -> "a " + type + owner;
        };
    }

    /** Returns the entry that says of something on the target that it is there, and no more. */
    static ManifestEntry unknown(TargetEntry found) {
        return ManifestEntry.unknown(
                found.path(),
                new FileState(
                        found.type(),
                        found.size(),
                        found.mtimeNanos(),
                        0,
                        found.mode(),
                        found.uid(),
                        found.gid(),
                        1,
                        new FileIdentity(0, 0, 0),
                        found.type() == FileType.SYMLINK && found.linkTarget() == null ? "" : found.linkTarget()));
    }
}
