package io.freshet.web.action;

import io.freshet.journal.RunHistory;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;

/** The answer to whoever asks for a run that is not there: it never was, or was cleared away. */
public final class MissingRun {
    private MissingRun() {}

    /** Returns the refusal. */
    public static RefusedException of(RunHistory runs, String target, long run) {
        Optional<LocalDate> since = runs.clearedAway(target, run)
                .map(moment -> moment.atOffset(ZoneOffset.UTC).toLocalDate());
        return since.map(day -> RefusedException.unknown(
                        "Run " + run + " of " + target + " is not kept any more",
                        "There was one. Runs that ended before " + day + " were cleared away (`keep: {runs: …}` in"
                                + " freshet.yml); `freshet runs` lists those there are."))
                .orElseGet(() -> RefusedException.unknown(
                        "There is no run " + run + " of " + target, "`freshet runs` lists those there are."));
    }
}
