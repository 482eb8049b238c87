package io.freshet.journal;

import io.freshet.path.RelativePath;
import java.util.ArrayList;
import java.util.List;

/**
 * The work items that touch a path: those on it, below it, and those on an ancestor that reach down to it.
 *
 * <p>On an ancestor count TREE, DIR and rename rows, as they may hold changes of this path; and a look at the ancestor
 * itself that has not been taken yet or failed to remove it, as that may be this path's removal. An ancestor whose
 * attributes cannot be set is no hindrance to what lies below.
 *
 * @param path the text form of the path; empty for the whole source
 */
record Scope(String path) {
    Scope {
        path = RelativePath.parse(path).toString();
    }

    boolean isWhole() {
        return path.isEmpty();
    }

    /** The paths of the directories above, the root first; none for the root. */
    String[] ancestors() {
        List<String> ancestors = new ArrayList<>();
        if (!isWhole()) {
            ancestors.add("");
            for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
                ancestors.add(path.substring(0, slash));
            }
        }
        return ancestors.toArray(String[]::new);
    }

    /** The path and those above it. */
    String[] line() {
        List<String> line = new ArrayList<>(List.of(ancestors()));
        line.add(path);
        return line.toArray(String[]::new);
    }

    /**
     * SQL for when the oldest rescan was opened that may still find older changes in the scope, for the row {@code t} of
     * {@code target}; null if there is none. It uses the parameter {@code path}, and {@code seq} as the highest number
     * that somebody waits for.
     */
    static String rescanningSince(String seq) {
        return """
                (SELECT min(r.opened_at) FROM rescan r
                 WHERE r.source_id = t.source_id AND r.finished_at IS NULL AND r.reason <> 'SCHEDULE'
                   AND r.since_seq <= %s
                   AND (is_ancestor(r.path, :path) OR is_ancestor(:path, r.path)))
                """.formatted(seq);
    }

    /**
     * SQL for whether a rescan found something in the scope that is as old as {@code seq} but has a higher number, and that
     * the target {@code t}, with the state {@code ts}, has not planned yet. It uses the parameter {@code path}.
     */
    static String foundAndUnplanned(String seq) {
        return """
                EXISTS (SELECT FROM change c
                        WHERE c.source_id = t.source_id AND c.seq > ts.cursor AND c.since_seq <= %s
                          AND (is_ancestor(c.path, :path) OR is_ancestor(:path, c.path)))
                """.formatted(seq);
    }

    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    String parent() {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    /**
     * SQL that selects the touching rows of {@code work_item}, aliased {@code w}, for the row {@code t} of {@code target}; it
     * uses the parameters {@code path}, {@code ancestors}, {@code line}, and {@code seq} as the highest first_seq.
     */
    String touching() {
        if (isWhole()) {
            // Three ranges of two indexes, so that a million newer rows cost nothing.
            return """
                SELECT w.* FROM work_item w
                WHERE w.target_id = t.target_id AND w.lane = 'EXPRESS' AND w.attempts = 0 AND w.first_seq <= :seq
                UNION ALL
                SELECT w.* FROM work_item w
                WHERE w.target_id = t.target_id AND w.lane = 'BULK' AND w.attempts = 0 AND w.first_seq <= :seq
                UNION ALL
                SELECT w.* FROM work_item w
                WHERE w.target_id = t.target_id AND w.attempts > 0 AND w.first_seq <= :seq
                """;
        }
        return """
                SELECT w.* FROM work_item w
                WHERE w.target_id = t.target_id AND in_subtree(w.path, :path) AND w.first_seq <= :seq
                UNION ALL
                SELECT w.* FROM work_item w
                WHERE w.target_id = t.target_id AND w.path_key IN (SELECT path_key(a) FROM unnest(:ancestors::text[]) a)
                  AND (w.kind <> 'PATH' OR w.moved_from IS NOT NULL OR w.attempts = 0 OR w.failed_phase = 'remove')
                  AND w.first_seq <= :seq
                UNION ALL
                SELECT w.* FROM work_item w
                WHERE w.target_id = t.target_id AND w.moved_from IS NOT NULL
                  AND path_key(w.moved_from) IN (SELECT path_key(a) FROM unnest(:line::text[]) a)
                  AND NOT in_subtree(w.path, :path) AND NOT is_ancestor(w.path, :path)
                  AND w.first_seq <= :seq
                """;
    }
}
