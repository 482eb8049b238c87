package io.freshet.journal;

import io.freshet.file.FileState;
import io.freshet.filter.WrittenRule;
import io.freshet.path.RelativePath;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks at sources as far as this node sees them. Thread-safe; tells soon, or nothing. */
public interface SourceLook {
    /** For a node that sees no source. */
    SourceLook BLIND = (source, path) -> Optional.empty();

    /**
     * Looks once at a path, without following a link.
     *
     * @param source the source's name
     * @return empty if this node cannot tell what is there now, or a filter leaves the path out
     */
    Optional<Seen> look(String source, RelativePath path);

    /**
     * Returns the rule that leaves a path out, in words.
     *
     * @return empty if it is replicated, or this node knows no rules or cannot tell whether it is a directory
     */
    default Optional<String> exclusion(String source, RelativePath path) {
        return Optional.empty();
    }

    /**
     * Returns the rules that say what of a source is replicated, in the order in which they count.
     *
     * @return empty if this node knows no rules
     */
    default Optional<List<WrittenRule>> rules(String source) {
        return Optional.empty();
    }

    /**
     * What was seen.
     *
     * @param identity of the source in whose root it was looked; where it is another one than a target was filled from, what
     *     was seen says nothing
     * @param state null if there is nothing
     */
    record Seen(String identity, @Nullable FileState state) {}
}
