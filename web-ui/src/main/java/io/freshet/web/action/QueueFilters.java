package io.freshet.web.action;

import io.freshet.failure.ErrorCode;
import io.freshet.journal.ChangeKind;
import io.freshet.journal.Lane;
import io.freshet.journal.QueueBook;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What of a queue is asked for, read from the words of a URL; alike for pages and programs. Empty words ask for all. */
public final class QueueFilters {
    /** What failed and needs a person; the word of a URL. */
    public static final String NEEDS_YOU = "needs-you";

    /** What failed and is tried again by itself. */
    public static final String RETRIED = "retried";

    /** Both. */
    public static final String ALL = "all";

    private QueueFilters() {}

    /**
     * Returns which items are asked for.
     *
     * @param under a path relative to the source, or below its root
     * @param root where the source is
     */
    public static QueueBook.Only only(
            @Nullable String under, @Nullable String kind, @Nullable String lane, String root) {
        try {
            return new QueueBook.Only(
                    under == null ? null : relative(under.strip(), root),
                    constant("kind", kind, ChangeKind.values()),
                    constant("lane", lane, Lane.values()));
        } catch (IllegalArgumentException e) {
            throw RefusedException.wrong("This is no path", String.valueOf(e.getMessage()));
        }
    }

    private static String relative(String path, String root) {
        String below = path.equals(root) ? "" : path.startsWith(root + "/") ? path.substring(root.length()) : path;
        return below.replaceAll("^/+|/+$", "");
    }

    /** Returns which failed items are asked for. */
    public static QueueBook.Failed failed(@Nullable String target, @Nullable String reason, String state) {
        ErrorCode code = constant("reason", reason, ErrorCode.values());
        Boolean needsPerson =
                switch (state) {
                    case NEEDS_YOU -> Boolean.TRUE;
                    case RETRIED -> Boolean.FALSE;
                    case ALL -> null;
                    default -> throw unknown("state", state, List.of(NEEDS_YOU, RETRIED, ALL));
                };
        return new QueueBook.Failed(given(target), code == null ? null : code.name(), needsPerson);
    }

    /** Returns where the page before ended. */
    public static <T> @Nullable T place(@Nullable String after, Function<String, T> parse) {
        try {
            return after == null || after.isEmpty() ? null : parse.apply(after);
        } catch (IllegalArgumentException e) {
            throw RefusedException.wrong("There is no such page", String.valueOf(e.getMessage()));
        }
    }

    /** Returns a word that was given; null for one that is empty, as a form sends what was not filled in. */
    public static @Nullable String given(@Nullable String word) {
        return word == null || word.isBlank() ? null : word.strip();
    }

    private static <E extends Enum<E>> @Nullable E constant(String what, @Nullable String word, E[] all) {
        String given = given(word);
        if (given == null) {
            return null;
        }
        String name = given.toUpperCase(Locale.ROOT).replace('-', '_');
        return Stream.of(all)
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> unknown(
                        what,
                        given,
                        Stream.of(all)
                                .map(one -> one.name().toLowerCase(Locale.ROOT))
                                .toList()));
    }

    private static RefusedException unknown(String what, String word, List<String> known) {
        return RefusedException.wrong(
                "There is no " + what + " " + word,
                Nearest.to(word.toLowerCase(Locale.ROOT), known)
                        .map(near -> "Did you mean " + near + "?")
                        .orElse("There are: " + String.join(", ", known) + "."));
    }
}
