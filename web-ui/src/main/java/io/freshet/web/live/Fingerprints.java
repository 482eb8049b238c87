package io.freshet.web.live;

import io.freshet.journal.CheckpointBook;
import io.freshet.journal.HoldBook;
import io.freshet.journal.PathAnswer;
import io.freshet.journal.PathAnswers;
import io.freshet.journal.ProgressReports;
import io.freshet.journal.Requests;
import io.freshet.journal.RunHistory;
import io.freshet.journal.SourceBook;
import io.freshet.journal.TargetOverview;
import java.util.Objects;

/**
 * A number for what a topic's page parts show, which changes when they would look different.
 *
 * <p>Topics are {@code overview}, {@code system}, {@code holds}, {@code runs}, {@code run:<target>/<number>},
 * {@code target:<target>}, {@code source:<source>}, {@code checkpoint:<source>/<label>} and {@code path:<path>}.
 */
final class Fingerprints {
    private static final int RUNS = 50;
    private static final int RESCANS = 20;

    private final TargetOverview overview;
    private final HoldBook holds;
    private final RunHistory runs;
    private final Requests requests;
    private final ProgressReports progress;
    private final PathAnswers paths;
    private final SourceBook sources;
    private final CheckpointBook checkpoints;

    Fingerprints(
            TargetOverview overview,
            HoldBook holds,
            RunHistory runs,
            Requests requests,
            ProgressReports progress,
            PathAnswers paths,
            SourceBook sources,
            CheckpointBook checkpoints) {
        this.overview = overview;
        this.holds = holds;
        this.runs = runs;
        this.requests = requests;
        this.progress = progress;
        this.paths = paths;
        this.sources = sources;
        this.checkpoints = checkpoints;
    }

    static boolean isTopic(String topic) {
        return topic.equals("overview")
                || topic.equals("system")
                || topic.equals("holds")
                || topic.equals("runs")
                || topic.matches("run:.+/\\d{1,18}")
                || topic.startsWith("target:")
                || topic.startsWith("source:")
                || topic.matches("(?s)checkpoint:.+/.+")
                || topic.startsWith("path:");
    }

    int of(String topic) {
        int colon = topic.indexOf(':');
        String rest = topic.substring(colon + 1);
        return switch (colon < 0 ? topic : topic.substring(0, colon)) {
            case "overview", "system" -> overview.read().sources().hashCode();
            case "holds" -> Objects.hash(holds.open(), holds.decided(1));
            case "runs" -> runs.ofAll(null, RUNS).hashCode();
            case "run" -> run(rest);
            case "target" -> target(rest);
            case "source" -> source(rest);
            case "checkpoint" -> checkpoint(rest);
            case "path" -> path(rest);
            default -> 0;
        };
    }

    private int run(String place) {
        String target = place.substring(0, place.lastIndexOf('/'));
        long number = Long.parseLong(place.substring(place.lastIndexOf('/') + 1));
        return Objects.hash(
                runs.find(target, number),
                runs.steps(target, number),
                requests.ofRun(target, number),
                progress.read(target, number));
    }

    private int target(String name) {
        return overview.read().targets().stream()
                .filter(target -> target.target().equals(name))
                .toList()
                .hashCode();
    }

    private int source(String name) {
        return Objects.hash(
                overview.read().sources().stream()
                        .filter(source -> source.source().equals(name))
                        .toList(),
                sources.lastChange(name),
                sources.rescans(name, null, RESCANS));
    }

    private int checkpoint(String place) {
        int slash = place.indexOf('/');
        return checkpoints
                .find(place.substring(0, slash), place.substring(slash + 1))
                .hashCode();
    }

    /** What is expected when goes on with the clock; it is told anew with whatever else changes. */
    private static int withoutTime(PathAnswer.AtTarget one) {
        return Objects.hash(
                one.state(), one.sentence(), one.deliveredAt(), one.run(), one.hold(), one.arrived(), one.backlog());
    }

    private int path(String path) {
        try {
            return Objects.hash(paths.where(path, null, null).stream()
                    .flatMap(answer -> answer.targets().stream())
                    .map(Fingerprints::withoutTime)
                    .toList());
        } catch (IllegalArgumentException e) {
            return 0;
        }
    }
}
