package io.freshet.acceptance;

import io.freshet.path.RelativePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** More events than inotify's queue holds. */
final class Flood {
    private static final Path LIMIT = Path.of("/proc/sys/fs/inotify/max_queued_events");

    private Flood() {}

    /** Fills the queue of a reader whose sink is stopped up, so that whatever happens next is lost. */
    static void fill(Mirror mirror) {
        RelativePath one = Mirror.in("flood1");
        RelativePath other = Mirror.in("flood2");
        mirror.tree().file(one, "");
        Mirror.await("the reader is stopped up", mirror.readers()::isWaiting);
        mirror.tree().file(other, "");
        // The kernel merges an event into an equal one right before it, so the two take turns.
        int half = limit() / 2 + 1;
        for (int i = 0; i < half; i++) {
            mirror.tree().mode(one, 0644);
            mirror.tree().mode(other, 0644);
        }
    }

    private static int limit() {
        try {
            return Integer.parseInt(Files.readString(LIMIT).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
