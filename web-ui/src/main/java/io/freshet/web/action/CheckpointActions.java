package io.freshet.web.action;

import io.freshet.journal.Checkpoint;
import io.freshet.journal.CheckpointBook;
import io.freshet.journal.PathAnswer;
import io.freshet.journal.PathAnswers;
import io.freshet.journal.Requests;
import io.freshet.journal.Wording;
import io.freshet.web.account.Actor;
import io.freshet.web.account.Role;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Creating checkpoints: who may, what about, and once the watcher has answered, the rows. Thread-safe; every method throws
 * {@link RefusedException} with what to do next.
 */
public final class CheckpointActions {
    /** What a label may be: it is part of addresses, file names and command lines. */
    private static final Pattern LABEL =
            Pattern.compile("[\\p{L}\\p{N}]([\\p{L}\\p{N} ._:+@-]{0,98}[\\p{L}\\p{N}._:+@-])?");

    private final TransactionTemplate transaction;
    private final CheckpointBook checkpoints;
    private final Requests requests;
    private final PathAnswers paths;

    public CheckpointActions(JdbcClient jdbc, TransactionTemplate transaction, PathAnswers paths) {
        this.transaction = transaction;
        this.checkpoints = new CheckpointBook(jdbc);
        this.requests = new Requests(jdbc);
        this.paths = paths;
    }

    /**
     * Returns what a checkpoint that is asked for would be of.
     *
     * @param path in any form that {@link PathAnswers} takes; null for the whole source
     * @param source null where that is not in doubt
     */
    public Wanted wanted(
            Actor actor,
            @Nullable String label,
            @Nullable String path,
            @Nullable String source,
            @Nullable String reason) {
        Actions.require(actor, Role.REQUESTER, "Creating a checkpoint");
        if (label == null || !LABEL.matcher(label).matches()) {
            throw RefusedException.wrong(
                    "This is no label",
                    "A label has 1 to 100 letters, digits, spaces and . _ : + @ - begins with a letter or digit and ends with no space.");
        }
        String why = reason == null ? "" : reason.strip();
        if (path != null && !path.isBlank()) {
            PathAnswer place = place(path, source);
            return new Wanted(actor, place.source(), label, place.path(), why);
        }
        return new Wanted(actor, source(source), label, "", why);
    }

    private PathAnswer place(String path, @Nullable String source) {
        List<PathAnswer> places;
        try {
            places = paths.where(path, source, null);
        } catch (IllegalArgumentException e) {
            throw RefusedException.wrong("This is no path", String.valueOf(e.getMessage()));
        }
        if (places.isEmpty()) {
            throw RefusedException.unknown(
                    "No source has this path", "'" + path + "' lies in no source. Give a path relative to a source.");
        }
        if (places.size() > 1) {
            throw RefusedException.wrong(
                    "Several sources have this path",
                    "Name one of them: "
                            + String.join(
                                    ", ",
                                    places.stream().map(PathAnswer::source).toList()) + ".");
        }
        return places.get(0);
    }

    private String source(@Nullable String named) {
        List<String> sources = checkpoints.sources();
        if (named == null) {
            if (sources.size() == 1) {
                return sources.get(0);
            }
            throw RefusedException.wrong(
                    sources.isEmpty() ? "There is no source" : "There are several sources",
                    sources.isEmpty()
                            ? "A checkpoint is of a source that has targets."
                            : "Name one of them: " + String.join(", ", sources) + ".");
        }
        if (!sources.contains(named)) {
            throw RefusedException.unknown(
                    "There is no source " + named + " with targets", "`freshet status` lists the sources there are.");
        }
        return named;
    }

    /**
     * Returns the checkpoint that is there already with this label.
     *
     * @throws RefusedException if it is of another folder
     */
    public Optional<Checkpoint> existing(Wanted wanted) {
        Optional<Checkpoint> found = checkpoints.find(wanted.source, wanted.label);
        found.filter(other -> !other.path().equals(wanted.path)).ifPresent(other -> {
            throw RefusedException.conflict(
                    "There is another checkpoint " + wanted.label,
                    "It is of " + Wording.path(other.path()) + " in " + other.source()
                            + " and stays as it is. Choose another label.");
        });
        return found;
    }

    /**
     * Creates a checkpoint, unless somebody else just has.
     *
     * @param seq everything that had happened when it was asked for is journaled up to here
     */
    public Checkpoint create(Wanted wanted, long seq) {
        Actor actor = wanted.actor;
        transaction.executeWithoutResult(status -> {
            CheckpointBook.New made =
                    new CheckpointBook.New(wanted.source, wanted.label, wanted.path, seq, actor.name(), wanted.reason);
            if (checkpoints.create(made)) {
                requests.audit(new Requests.AuditEntry(
                        actor.name(),
                        actor.origin(),
                        "checkpoint",
                        null,
                        wanted.source + ": " + wanted.label + " of " + Wording.path(wanted.path),
                        wanted.reason));
            }
        });
        return existing(wanted)
                .orElseThrow(() -> RefusedException.conflict(
                        "The checkpoint was not created", wanted.source + " has no target any more."));
    }

    /**
     * Returns a checkpoint.
     *
     * @param source null where that is not in doubt
     */
    public Checkpoint find(String label, @Nullable String source) {
        String of = source;
        if (of == null) {
            List<String> sources = checkpoints.sourcesWith(label);
            if (sources.size() > 1) {
                throw RefusedException.wrong(
                        "Several sources have a checkpoint " + label,
                        "Name one of them: " + String.join(", ", sources) + ".");
            }
            of = sources.isEmpty() ? "" : sources.get(0);
        }
        return checkpoints
                .find(of, label)
                .orElseThrow(() -> RefusedException.unknown(
                        "There is no checkpoint " + label, "`freshet checkpoint list` shows those there are."));
    }

    /**
     * A checkpoint that somebody may create.
     *
     * @param path relative to the source; empty for all of it
     */
    public record Wanted(Actor actor, String source, String label, String path, String reason) {}
}
