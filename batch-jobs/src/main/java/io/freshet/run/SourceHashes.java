package io.freshet.run;

import io.freshet.file.Content;
import io.freshet.file.ContentHash;
import io.freshet.file.FileState;
import io.freshet.journal.ManifestEntry;
import io.freshet.path.RelativePath;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** Tells by reading a file of the source whether its content is what a target was given. Used by one thread. */
final class SourceHashes {
    private static final int BLOCK = 1 << 18;

    private final RunScope scope;

    SourceHashes(RunScope scope) {
        this.scope = scope;
    }

    /** False also where that cannot be told: no hash is known, the file is being changed, or the run is to stop. */
    boolean isSame(RelativePath path, FileState source, ManifestEntry held) {
        if (held.hash() == null || source.size() != held.state().size()) {
            return false;
        }
        return held.hash().equals(hash(scope.root().content(path, source)));
    }

    /** Returns the hash of a file's content; null where it is being changed, or the run is to stop. */
    @Nullable
    ContentHash of(RelativePath path, FileState source) {
        return hash(scope.root().content(path, source));
    }

    /** Returns what the target should hash a file to; null where that cannot be told, for the source has another one by now. */
    @Nullable
    ContentHash expected(ManifestEntry held) {
        if (held.hash() != null) {
            return held.hash();
        }
        return scope.askSource(() -> scope.root()
                        .lstat(held.path())
                        .filter(source -> isSameObject(source, held.state()))
                        .map(source -> of(held.path(), source)))
                .orElse(null);
    }

    private static boolean isSameObject(FileState source, FileState delivered) {
        return source.type() == delivered.type()
                && source.size() == delivered.size()
                && source.mtimeNanos() == delivered.mtimeNanos()
                && source.ctimeNanos() == delivered.ctimeNanos()
                && source.identity().equals(delivered.identity());
    }

    private @Nullable ContentHash hash(Content content) {
        try (Content.Reading reading = content.open()) {
            MessageDigest digest = ContentHash.newDigest();
            byte[] block = new byte[BLOCK];
            for (int read = reading.read(block, 0, block.length);
                    read >= 0;
                    read = reading.read(block, 0, block.length)) {
                digest.update(block, 0, read);
                if (scope.stopRequested()) {
                    return null;
                }
            }
            return reading.now().isUnchangedSince(reading.opened()) ? ContentHash.of(digest.digest()) : null;
        }
    }
}
