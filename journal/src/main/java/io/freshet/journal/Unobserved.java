package io.freshet.journal;

import io.freshet.file.FileState;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How what the source has under a path right now differs from what a target was given of it, where nothing is on its way. */
enum Unobserved {
    NEW("There at the source, and not observed yet"),
    CHANGED("Changed at the source, and not observed yet"),
    GONE("Gone from the source, and not observed yet");

    private final String words;

    Unobserved(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    /**
     * Returns the difference; null if there is none that one look tells, if something is on its way or held anyway, or if the
     * look was none at the source that the target was filled from.
     *
     * <p>Some changes are told to nobody and ask for no delivery, so they do not count: a file's change time moves when it gets
     * another name somewhere, and a directory's time when something comes into it that a filter leaves out.
     */
    static @Nullable Unobserved between(Optional<SourceLook.Seen> seen, PathFacts facts) {
        PathFacts.Held held = facts.held();
        if (facts.isPending() || facts.hold() != null || (held != null && !held.supported())) {
            return null;
        }
        if (seen.isEmpty() || !seen.get().identity().equals(facts.sourceIdentity())) {
            return null;
        }
        FileState now = seen.get().state();
        if (held == null || now == null) {
            return held != null ? GONE : now != null ? NEW : null;
        }
        return isSame(now, held.state()) ? null : CHANGED;
    }

    private static boolean isSame(FileState now, FileState delivered) {
        boolean alike = now.type() == delivered.type()
                && now.mode() == delivered.mode()
                && now.uid() == delivered.uid()
                && now.gid() == delivered.gid();
        if (!alike || now.isDirectory()) {
            return alike;
        }
        return now.size() == delivered.size()
                && now.mtimeNanos() == delivered.mtimeNanos()
                && now.identity().equals(delivered.identity())
                && now.device() == delivered.device()
                && Objects.equals(now.linkTarget(), delivered.linkTarget());
    }
}
