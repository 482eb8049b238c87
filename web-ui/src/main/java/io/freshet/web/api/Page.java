package io.freshet.web.api;

import io.freshet.web.action.RefusedException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A page of a longer list.
 *
 * @param next the {@code after} of the next page; null on the last
 */
record Page<T>(List<T> items, @Nullable String next) {
    private static final int LARGEST = 1000;

    /** Returns a limit that was asked for, if a page may be that long. */
    static int limit(int asked) {
        if (asked < 1 || asked > LARGEST) {
            throw RefusedException.wrong("limit is out of range", "Give 1 to " + LARGEST + ".");
        }
        return asked;
    }

    /**
     * Returns the page that begins with what was found.
     *
     * @param found one more than fits, if there are so many
     * @param key by which the page after an entry is asked for
     */
    static <T> Page<T> of(List<T> found, int limit, Function<T, String> key) {
        return found.size() <= limit
                ? new Page<>(found, null)
                : new Page<>(found.subList(0, limit), key.apply(found.get(limit - 1)));
    }
}
