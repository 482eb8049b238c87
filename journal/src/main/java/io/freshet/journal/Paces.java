package io.freshet.journal;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How fast the lanes of targets were over the last minutes, and what they are sending. Thread-safe. */
final class Paces {
    private static final int RUNS = 50;

    private final JdbcClient jdbc;
    private final ProgressReports progress;

    Paces(JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.progress = new ProgressReports(jdbc);
    }

    /** One target's lanes: those that were at work not long ago, and what those with a run are sending. */
    record OfTarget(Map<Lane, Pace> lanes, List<LaneProgress> progress) {
        static final OfTarget IDLE = new OfTarget(Map.of(), List.of());

        Pace of(Lane lane) {
            return lanes.getOrDefault(lane, Pace.UNKNOWN);
        }
    }

    /** Returns them by the names of the targets; without those of which nothing is known. */
    Map<String, OfTarget> read() {
        Map<String, Map<Lane, List<Pace.Measured>>> measured = new HashMap<>();
        jdbc.sql("""
                SELECT t.name AS target, r.lane::text, sum(r.busy_millis) / 1000.0 AS seconds, sum(r.bytes) AS bytes,
                       sum(r.transferred + r.renamed + r.deleted + r.metadata + r.adopted + r.unchanged + r.excluded
                           + r.unsupported + r.held + r.failed) AS items
                FROM target t
                CROSS JOIN LATERAL (
                    SELECT * FROM (
                        SELECT * FROM run latest WHERE latest.target_id = t.target_id
                        ORDER BY latest.run_number DESC LIMIT :runs) latest
                    UNION
                    SELECT * FROM run under_way WHERE under_way.target_id = t.target_id AND under_way.state = 'RUNNING') r
                WHERE t.active AND r.busy_millis > 0
                  AND (r.state = 'RUNNING' OR r.ended_at > statement_timestamp() - interval '15 minutes')
                GROUP BY t.name, r.lane
                """)
                .param("runs", RUNS)
                .query((row, number) -> {
                    add(
                            measured,
                            row.getString("target"),
                            Lane.valueOf(row.getString("lane")),
                            new Pace.Measured(
                                    row.getDouble("seconds"), row.getDouble("items"), row.getDouble("bytes")));
                    return row.getString("target");
                })
                .list();
        Map<String, List<LaneProgress>> moving = progress.read();
        moving.forEach((target, lanes) -> lanes.stream()
                .filter(LaneProgress::moving)
                .forEach(lane -> add(measured, target, lane.lane(), now(lane.progress()))));
        Map<String, OfTarget> paces = new HashMap<>();
        moving.forEach((target, lanes) -> paces.put(target, new OfTarget(Map.of(), lanes)));
        measured.forEach((target, lanes) -> {
            Map<Lane, Pace> ofLanes = new EnumMap<>(Lane.class);
            lanes.forEach((lane, each) -> ofLanes.put(lane, new Pace(each)));
            paces.put(target, new OfTarget(ofLanes, moving.getOrDefault(target, List.of())));
        });
        return paces;
    }

    private static Pace.Measured now(Progress progress) {
        return new Pace.Measured(1, progress.filesPerSecond(), progress.bytesPerSecond());
    }

    private static void add(
            Map<String, Map<Lane, List<Pace.Measured>>> measured, String target, Lane lane, Pace.Measured one) {
        measured.computeIfAbsent(target, name -> new EnumMap<>(Lane.class))
                .computeIfAbsent(lane, key -> new ArrayList<>())
                .add(one);
    }
}
