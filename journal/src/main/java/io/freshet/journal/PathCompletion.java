package io.freshet.journal;

import io.freshet.path.RelativePath;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Completes a path while it is typed, one name at a time as a shell does: from what the source was seen to hold, what targets
 * hold, and what is on its way to them. Ranges of keys, so that it takes no longer where there are more names. Thread-safe.
 */
public final class PathCompletion {
    /** Of what is on its way so many rows are looked through, which may all lie below one name. */
    private static final int QUEUED = 500;

    private final JdbcClient jdbc;

    public PathCompletion(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A path that begins as it was asked.
     *
     * @param path its text form
     * @param pathBase64 its bytes, where the text form is not the name itself; else null
     * @param directory whether the next name can be asked for
     */
    public record Name(String source, String path, @Nullable String pathBase64, boolean directory) {}

    /**
     * Returns what begins so, in the order of names.
     *
     * @param prefix in text form: below a source's root, or absolute on the primary; it may end within a name or an escape
     * @param source only this one; null for all
     * @throws IllegalArgumentException if no path begins so
     */
    public List<Name> complete(String prefix, @Nullable String source, int limit) {
        if (prefix.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a name holds no NUL");
        }
        List<Name> names = new ArrayList<>();
        for (Source each : sources(source)) {
            String below = each.relative(prefix);
            if (below != null) {
                names.addAll(names(each, below, limit));
            }
        }
        return names.size() > limit ? names.subList(0, limit) : names;
    }

    private record Source(int id, String name, String rootPath) {
        @Nullable
        String relative(String prefix) {
            String asked = prefix.startsWith("./") ? prefix.substring(2) : prefix;
            if (!asked.startsWith("/")) {
                return asked;
            }
            String root = rootPath.endsWith("/") ? rootPath : rootPath + "/";
            return asked.startsWith(root) ? asked.substring(root.length()) : null;
        }
    }

    private List<Source> sources(@Nullable String source) {
        return jdbc.sql("""
                        SELECT source_id, name, root_path FROM source
                        WHERE :source::text IS NULL OR name = :source ORDER BY name
                        """)
                .param("source", source)
                .query((row, number) ->
                        new Source(row.getInt("source_id"), row.getString("name"), row.getString("root_path")))
                .list();
    }

    private List<Name> names(Source source, String asked, int limit) {
        int slash = asked.lastIndexOf('/');
        String parent =
                RelativePath.parse(slash < 0 ? "" : asked.substring(0, slash)).toString();
        String directory = parent.isEmpty() ? "" : parent + "/";
        // chr(1114111) is the last character there is.
        return jdbc.sql("""
                        SELECT name, bool_or(is_directory) AS is_directory FROM (
                            (SELECT c.name, c.type = 'd' AS is_directory
                             FROM catalogue_dir d JOIN catalogue c USING (source_id, dir_id)
                             WHERE d.source_id = :source AND d.path_key = path_key(:parent) AND d.path = :parent
                               AND c.name >= :name AND c.name <= :name || chr(1114111) AND c.name <> '' AND NOT c.gone
                             ORDER BY c.name LIMIT :limit)
                            UNION ALL
                            SELECT m.name, m.type = 'd' FROM target t CROSS JOIN LATERAL (
                                SELECT m.name, m.type FROM manifest_dir d JOIN manifest m USING (target_id, dir_id)
                                WHERE d.target_id = t.target_id AND d.path_key = path_key(:parent) AND d.path = :parent
                                  AND m.name >= :name AND m.name <= :name || chr(1114111) AND m.name <> ''
                                ORDER BY m.name LIMIT :limit) m
                            WHERE t.source_id = :source AND t.active
                            UNION ALL
                            SELECT split_part(w.below, '/', 1), w.kind <> 'PATH' OR position('/' IN w.below) > 0
                            FROM target t CROSS JOIN LATERAL (
                                SELECT substr(w.path, length(:directory) + 1) AS below, w.kind FROM work_item w
                                WHERE w.target_id = t.target_id
                                  AND left(w.path COLLATE "C", 512) >= left(:directory || :name, 512)
                                  AND left(w.path COLLATE "C", 512) <= left(:directory || :name || chr(1114111), 512)
                                  AND starts_with(w.path, :directory || :name) AND w.path <> ''
                                ORDER BY left(w.path COLLATE "C", 512) LIMIT :queued) w
                            WHERE t.source_id = :source AND t.active) found
                        GROUP BY name ORDER BY name COLLATE "C" LIMIT :limit
                        """)
                .param("source", source.id)
                .param("parent", parent)
                .param("directory", directory)
                .param("name", asked.substring(slash + 1))
                .param("limit", limit)
                .param("queued", QUEUED)
                .query((row, number) ->
                        name(source.name, directory + row.getString("name"), row.getBoolean("is_directory")))
                .list();
    }

    private static Name name(String source, String path, boolean directory) {
        String base64 = path.indexOf('\\') < 0
                ? null
                : Base64.getEncoder().encodeToString(RelativePath.parse(path).bytes());
        return new Name(source, path, base64, directory);
    }
}
