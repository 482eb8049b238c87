package io.freshet.watch;

import io.freshet.path.RelativePath;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The files that somebody is writing to as far as events tell, the latest {@value #MOST} of them; a forgotten one counts as
 * closed. Used by one thread.
 */
final class Writers {
    static final int MOST = 10_000;

    private final Map<RelativePath, Boolean> open = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<RelativePath, Boolean> eldest) {
            return size() > MOST;
        }
    };

    /** Takes what an event tells and returns whether somebody is writing to the file now. */
    boolean goesOn(RelativePath path, Writing told) {
        return switch (told) {
            case GOES_ON -> {
                open.put(path, true);
                yield true;
            }
            case ENDED -> {
                open.remove(path);
                yield false;
            }
            case UNTOLD -> open.containsKey(path);
        };
    }
}
