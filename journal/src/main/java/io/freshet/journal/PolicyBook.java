package io.freshet.journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Every version of every policy, and which targets have it. Thread-safe. */
public final class PolicyBook {
    private static final String VERSION = """
            SELECT p.name, p.version, p.since,
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

    /** Takes over what a policy says now; returns its version, a new one if it says something else than the last. */
    public int register(String name, Map<String, String> definition) {
        return transactions.inTransaction(() -> {
            jdbc.sql("LOCK TABLE policy_version IN SHARE ROW EXCLUSIVE MODE").update();
            return jdbc.sql("""
                            WITH newest AS (
                                SELECT version, definition::text AS said FROM policy_version WHERE name = :name
                                ORDER BY version DESC LIMIT 1),
                            says AS (SELECT json_object(:keys::text[], :texts::text[])::text AS said),
                            added AS (
                                INSERT INTO policy_version (name, version, definition)
                                SELECT :name, coalesce((SELECT version FROM newest), 0) + 1, said::json FROM says
                                WHERE NOT EXISTS (SELECT FROM newest WHERE newest.said = says.said)
                                RETURNING version)
                            SELECT coalesce((SELECT version FROM added), (SELECT version FROM newest))
                            """)
                    .param("name", name)
                    .param("keys", definition.keySet().toArray(String[]::new))
                    .param("texts", definition.values().toArray(String[]::new))
                    .query(Integer.class)
                    .single();
        });
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
        return new PolicyVersion(row.getString("name"), row.getInt("version"), definition, Rows.instant(row, "since"));
    }
}
