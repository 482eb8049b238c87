package io.freshet.run;

import io.freshet.file.FileState;
import io.freshet.journal.ManifestEntry;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How what the source has under a path differs from what a target was given. */
enum Difference {
    /** Nothing at all happened to it since it was delivered. */
    NONE,
    /** Its content cannot have changed, but what else is delivered of it has. */
    ATTRIBUTES,
    /** Something happened to it that may or may not have changed its content: only the content tells. */
    SUSPECT,
    /** The content differs, or the target has nothing under the path. */
    CONTENT,
    /** The target has something of another type under the path. */
    TYPE;

    /** Above this size equal content is looked for before it is sent although its time changed. */
    private static final long WORTH_READING_TWICE = 1 << 20;

    static Difference between(FileState source, @Nullable ManifestEntry held) {
        if (held == null || !held.supported()) {
            return CONTENT;
        }
        FileState delivered = held.state();
        if (source.type() != delivered.type()) {
            return TYPE;
        }
        return switch (source.type()) {
            case DIRECTORY -> source.attributes().equals(delivered.attributes()) ? NONE : ATTRIBUTES;
            case SYMLINK -> {
                if (!Objects.equals(source.linkTarget(), delivered.linkTarget())) {
                    yield CONTENT;
                }
                yield source.attributes().equals(delivered.attributes()) ? NONE : CONTENT;
            }
            case FIFO, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE -> ofNodes(source, delivered);
            case FILE -> ofFiles(source, held);
        };
    }

    /** Of a FIFO somebody may hold an end: it is replaced only by another one. */
    private static Difference ofNodes(FileState source, FileState delivered) {
        if (source.device() != delivered.device()) {
            return CONTENT;
        }
        return source.attributes().equals(delivered.attributes()) ? NONE : ATTRIBUTES;
    }

    private static Difference ofFiles(FileState source, ManifestEntry held) {
        FileState delivered = held.state();
        if (source.size() != delivered.size()) {
            return CONTENT;
        }
        boolean sameTime = source.mtimeNanos() == delivered.mtimeNanos();
        if (sameTime
                && source.ctimeNanos() == delivered.ctimeNanos()
                && source.identity().equals(delivered.identity())) {
            // They differ though nothing happened to the file where the target is to keep more of them than before.
            return source.attributes().equals(delivered.attributes()) ? NONE : ATTRIBUTES;
        }
        boolean worthReading = sameTime || source.size() > WORTH_READING_TWICE;
        return held.hash() != null && worthReading ? SUSPECT : CONTENT;
    }
}
