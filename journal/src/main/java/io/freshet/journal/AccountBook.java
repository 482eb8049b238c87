package io.freshet.journal;

import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The accounts and what each was granted, as rows. What passwords and roles mean is decided by who uses it. Thread-safe. */
public final class AccountBook {
    private final JdbcClient jdbc;

    public AccountBook(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Returns an account. */
    public Optional<Account> find(String name) {
        return jdbc.sql(
                        "SELECT name, password_hash, role, one_time, expires_at, password_version FROM account WHERE name = :name")
                .param("name", name)
                .query((row, number) -> new Account(
                        row.getString("name"),
                        row.getString("password_hash"),
                        row.getString("role"),
                        row.getBoolean("one_time"),
                        Rows.instantOrNull(row, "expires_at"),
                        row.getInt("password_version")))
                .optional();
    }

    /** Returns whether somebody with this role has a password of his own. */
    public boolean hasLasting(String role) {
        return jdbc.sql("""
                        SELECT EXISTS (SELECT FROM account
                                       WHERE role = :role AND password_hash IS NOT NULL AND NOT one_time)
                        """).param("role", role).query(Boolean.class).single();
    }

    /** Returns the same for somebody other than {@code name}; locks those rows, lest two of them let each other go. */
    public boolean hasLastingBeside(String role, String name) {
        return jdbc.sql("""
                        SELECT name FROM account
                        WHERE role = :role AND password_hash IS NOT NULL AND NOT one_time
                        ORDER BY name FOR UPDATE
                        """).param("role", role).query((row, number) -> row.getString("name")).list().stream()
                .anyMatch(other -> !other.equals(name));
    }

    /** Adds an account, or gives it another role and password. */
    public void put(Account account) {
        jdbc.sql("""
                INSERT INTO account (name, password_hash, role, one_time, expires_at)
                VALUES (:name, :hash, :role, :oneTime, :expiresAt)
                ON CONFLICT (name) DO UPDATE SET password_hash = excluded.password_hash, role = excluded.role,
                    one_time = excluded.one_time, expires_at = excluded.expires_at,
                    password_version = account.password_version + 1
                """)
                .param("name", account.name)
                .param("hash", account.passwordHash)
                .param("role", account.role)
                .param("oneTime", account.oneTime)
                .param("expiresAt", account.expiresAt == null ? null : account.expiresAt.atOffset(ZoneOffset.UTC))
                .update();
    }

    /**
     * Records a sign-in with a password; a one-time password dies by it.
     *
     * @return whether it counts: false if the password was used, or changed, in the meantime
     */
    public boolean signedIn(Account account) {
        return jdbc.sql("""
                        UPDATE account SET last_login_at = now(),
                            password_hash = CASE WHEN one_time THEN NULL ELSE password_hash END
                        WHERE name = :name AND password_hash = :hash
                        """)
                        .param("name", account.name)
                        .param("hash", account.passwordHash)
                        .update()
                == 1;
    }

    /** Gives an account a lasting password. */
    public void setPassword(String name, String hash) {
        jdbc.sql("""
                UPDATE account SET password_hash = :hash, one_time = false, expires_at = NULL,
                    password_version = password_version + 1
                WHERE name = :name
                """).param("name", name).param("hash", hash).update();
    }

    /** Gives an account another role. */
    public void setRole(String name, String role) {
        jdbc.sql("UPDATE account SET role = :role WHERE name = :name")
                .param("name", name)
                .param("role", role)
                .update();
    }

    /** Removes an account with its tokens and grants; its sessions end with it. */
    public void remove(String name) {
        jdbc.sql("DELETE FROM account WHERE name = :name").param("name", name).update();
    }

    /** Returns all accounts, by name. */
    public List<Listed> all() {
        Map<String, List<Grant>> grants = grantsOf(null).stream()
                .collect(Collectors.groupingBy(GrantOf::account, mapping(GrantOf::grant, toList())));
        return jdbc.sql("""
                        SELECT a.name, a.role, a.one_time, a.password_hash IS NOT NULL AS signs_in, a.expires_at, a.created_at,
                               a.last_login_at, (SELECT count(*) FROM api_token t WHERE t.account = a.name) AS tokens
                        FROM account a ORDER BY a.name
                        """)
                .query((row, number) -> new Listed(
                        row.getString("name"),
                        row.getString("role"),
                        row.getBoolean("signs_in"),
                        row.getBoolean("one_time") ? Rows.instantOrNull(row, "expires_at") : null,
                        Rows.instant(row, "created_at"),
                        Rows.instantOrNull(row, "last_login_at"),
                        row.getInt("tokens"),
                        grants.getOrDefault(row.getString("name"), List.of())))
                .list();
    }

    /** Returns what a requester may have sent. */
    public List<Grant> grants(String account) {
        return grantsOf(account).stream().map(GrantOf::grant).toList();
    }

    private List<GrantOf> grantsOf(@Nullable String account) {
        return jdbc.sql("""
                        SELECT g.account, s.name AS source, g.path FROM account_grant g JOIN source s USING (source_id)
                        WHERE :account::text IS NULL OR g.account = :account
                        ORDER BY g.account, s.name, g.path
                        """)
                .param("account", account)
                .query((row, number) -> new GrantOf(
                        row.getString("account"), new Grant(row.getString("source"), row.getString("path"))))
                .list();
    }

    /** Lets a requester have these sent and nothing else; to be called in a transaction. */
    public void setGrants(String account, List<Grant> grants) {
        jdbc.sql("DELETE FROM account_grant WHERE account = :account")
                .param("account", account)
                .update();
        if (!grants.isEmpty()) {
            jdbc.sql("""
                    INSERT INTO account_grant (account, source_id, path)
                    SELECT :account, s.source_id, g.path
                    FROM unnest(:sources::text[], :paths::text[]) AS g (source, path) JOIN source s ON s.name = g.source
                    """)
                    .param("account", account)
                    .param("sources", grants.stream().map(Grant::source).toArray(String[]::new))
                    .param("paths", grants.stream().map(Grant::path).toArray(String[]::new))
                    .update();
        }
    }

    private record GrantOf(String account, Grant grant) {}

    /**
     * A folder that a requester may have sent, with all that is in it.
     *
     * @param path its text form; empty for the whole source
     */
    public record Grant(String source, String path) {
        /** Returns whether it covers a path, by whole names. */
        public boolean covers(String other, String below) {
            return source.equals(other) && (path.isEmpty() || below.equals(path) || below.startsWith(path + "/"));
        }

        /** Returns it as people write it. */
        public String text() {
            return source + ":" + path;
        }
    }

    /**
     * An account, for who administers it.
     *
     * @param signsIn whether somebody can sign in with a password
     * @param oneTimeUntil when its one-time password dies unused; null if it has none
     */
    public record Listed(
            String name,
            String role,
            boolean signsIn,
            @Nullable Instant oneTimeUntil,
            Instant createdAt,
            @Nullable Instant lastLoginAt,
            int tokens,
            List<Grant> grants) {}

    /**
     * An account.
     *
     * @param passwordHash null if nobody can sign in with a password
     * @param role the name of a role
     * @param oneTime whether the password dies at its first use
     * @param expiresAt when a one-time password dies unused
     * @param passwordVersion goes up with every password
     */
    public record Account(
            String name,
            @Nullable String passwordHash,
            String role,
            boolean oneTime,
            @Nullable Instant expiresAt,
            int passwordVersion) {
        /** One to be put. */
        public Account(
                String name, @Nullable String passwordHash, String role, boolean oneTime, @Nullable Instant expiresAt) {
            this(name, passwordHash, role, oneTime, expiresAt, 0);
        }

        @Override
        public String toString() {
            return "Account[" + name + ", " + role + "]";
        }
    }
}
