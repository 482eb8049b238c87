package io.freshet.journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Every version of every policy, and which targets have it. Thread-safe. */
public final class PolicyBook {
    private static final String VERSION = """
            SELECT p.name, p.version, p.since, p.made_by,
                   (SELECT array_agg(d.key ORDER BY d.ordinality) FROM json_each_text(p.definition) WITH ORDINALITY d) AS keys,
                   (SELECT array_agg(d.value ORDER BY d.ordinality) FROM json_each_text(p.definition) WITH ORDINALITY d) AS texts
            FROM policy_version p
            """;

    private final JdbcClient jdbc;
    private final Transactions transactions;

    public PolicyBook(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new Transactions(dataSource);
    }

    /** Takes over what the configuration says; returns the version, a new one if it says something else than the last. */
    public int register(String name, Map<String, String> definition) {
        return register(name, definition, null);
    }

    private int register(String name, Map<String, String> definition, @Nullable String by) {
        return transactions.inTransaction(() -> {
            jdbc.sql("LOCK TABLE policy_version IN SHARE ROW EXCLUSIVE MODE").update();
            return jdbc.sql("""
                            WITH newest AS (
                                SELECT version, definition::text AS said FROM policy_version WHERE name = :name
                                ORDER BY version DESC LIMIT 1),
                            says AS (SELECT json_object(:keys::text[], :texts::text[])::text AS said),
                            added AS (
                                INSERT INTO policy_version (name, version, definition, made_by)
                                SELECT :name, coalesce((SELECT version FROM newest), 0) + 1, said::json, :by FROM says
                                WHERE NOT EXISTS (SELECT FROM newest WHERE newest.said = says.said)
                                RETURNING version)
                            SELECT coalesce((SELECT version FROM added), (SELECT version FROM newest))
                            """)
                    .param("name", name)
                    .param("keys", definition.keySet().toArray(String[]::new))
                    .param("texts", definition.values().toArray(String[]::new))
                    .param("by", by)
                    .query(Integer.class)
                    .single();
        });
    }

    /**
     * Makes a policy, or has one that was made say something else; what it says already makes no version.
     *
     * @param by who says so
     */
    public Made make(String name, Map<String, String> definition, String by) {
        return transactions.inTransaction(() -> {
            int version = register(name, definition, by);
            int before = jdbc.sql("SELECT version FROM made_policy WHERE name = :name FOR UPDATE")
                    .param("name", name)
                    .query(Integer.class)
                    .optional()
                    .orElse(0);
            if (before != version) {
                jdbc.sql("""
                        INSERT INTO made_policy (name, version, made_by) VALUES (:name, :version, :by)
                        ON CONFLICT (name) DO UPDATE SET version = excluded.version, made_by = excluded.made_by, made_at = now()
                        """)
                        .param("name", name)
                        .param("version", version)
                        .param("by", by)
                        .update();
                NotificationKind.REQUEST.publish(jdbc);
            }
            return new Made(version, before == 0, before != version);
        });
    }

    /**
     * Takes away a policy that was made, unless an active target has it; its versions stay.
     *
     * @return whether it was there and is not now
     */
    public boolean unmake(String name) {
        return jdbc.sql("""
                        DELETE FROM made_policy WHERE name = :name
                          AND NOT EXISTS (SELECT FROM target WHERE policy = :name AND active)
                        """).param("name", name).update() == 1;
    }

    /** Returns the policies that were made and are there now, by name, each in the version that is in force. */
    public List<PolicyVersion> made() {
        return jdbc.sql(VERSION + "JOIN made_policy USING (name, version) ORDER BY p.name")
                .query(PolicyBook::version)
                .list();
    }

    /** Returns all versions of a policy, newest first; empty where there never was one of this name. */
    public List<PolicyVersion> versions(String name) {
        return jdbc.sql(VERSION + "WHERE p.name = :name ORDER BY p.version DESC")
                .param("name", name)
                .query(PolicyBook::version)
                .list();
    }

    /** Returns one version of a policy. */
    public Optional<PolicyVersion> find(String name, int version) {
        return jdbc.sql(VERSION + "WHERE p.name = :name AND p.version = :version")
                .param("name", name)
                .param("version", version)
                .query(PolicyBook::version)
                .optional();
    }

    /** Returns the names of the active targets that have a policy. */
    public List<String> targets(String name) {
        return jdbc.sql("SELECT name FROM target WHERE policy = :name AND active ORDER BY name")
                .param("name", name)
                .query((row, number) -> row.getString("name"))
                .list();
    }

    /** Returns the names of the sources of which some active target has a policy. */
    public List<String> sourcesWith(String policy) {
        return jdbc.sql("""
                        SELECT DISTINCT s.name FROM source s JOIN target t USING (source_id)
                        WHERE t.policy = :policy AND t.active ORDER BY s.name
                        """)
                .param("policy", policy)
                .query((row, number) -> row.getString("name"))
                .list();
    }

    /** Returns the names of all sources with active targets. */
    public List<String> sources() {
        return jdbc.sql(
                        "SELECT DISTINCT s.name FROM source s JOIN target t USING (source_id) WHERE t.active ORDER BY s.name")
                .query((row, number) -> row.getString("name"))
                .list();
    }

    private static PolicyVersion version(ResultSet row, int number) throws SQLException {
        String[] keys = (String[]) Objects.requireNonNull(row.getArray("keys")).getArray();
        String[] texts =
                (String[]) Objects.requireNonNull(row.getArray("texts")).getArray();
        Map<String, String> definition = new LinkedHashMap<>();
        for (int i = 0; i < keys.length; i++) {
            definition.put(keys[i], texts[i]);
        }
        return new PolicyVersion(
                row.getString("name"),
                row.getInt("version"),
                definition,
                Rows.instant(row, "since"),
                row.getString("made_by"));
    }

    /**
     * What became of a policy that was made.
     *
     * @param isNew whether there was none of that name
     * @param changed whether it says something else than before
     */
    public record Made(int version, boolean isNew, boolean changed) {}
}
