package io.freshet.journal;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The accounts and API tokens, as rows. What passwords and roles mean is decided by who uses it. Thread-safe. */
public final class AccountBook {
    private final JdbcClient jdbc;

    public AccountBook(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Returns an account. */
    public Optional<Account> find(String name) {
        return jdbc.sql("SELECT name, password_hash, role, one_time, expires_at FROM account WHERE name = :name")
                .param("name", name)
                .query((row, number) -> new Account(
                        row.getString("name"),
                        row.getString("password_hash"),
                        row.getString("role"),
                        row.getBoolean("one_time"),
                        Rows.instantOrNull(row, "expires_at")))
                .optional();
    }

    /** Returns whether somebody with this role has a password of his own. */
    public boolean hasLasting(String role) {
        return jdbc.sql("""
                        SELECT EXISTS (SELECT FROM account
                                       WHERE role = :role AND password_hash IS NOT NULL AND NOT one_time)
                        """).param("role", role).query(Boolean.class).single();
    }

    /** Adds an account, or gives it another role and password. */
    public void put(Account account) {
        jdbc.sql("""
                INSERT INTO account (name, password_hash, role, one_time, expires_at)
                VALUES (:name, :hash, :role, :oneTime, :expiresAt)
                ON CONFLICT (name) DO UPDATE SET password_hash = excluded.password_hash, role = excluded.role,
                    one_time = excluded.one_time, expires_at = excluded.expires_at
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
                UPDATE account SET password_hash = :hash, one_time = false, expires_at = NULL WHERE name = :name
                """).param("name", name).param("hash", hash).update();
    }

    /** Adds a token, and drops those of the same account and label. */
    public void replaceToken(String account, String label, byte[] hash, @Nullable Instant expiresAt) {
        jdbc.sql("""
                WITH dropped AS (DELETE FROM api_token WHERE account = :account AND label = :label)
                INSERT INTO api_token (token_hash, account, label, expires_at) VALUES (:hash, :account, :label, :expiresAt)
                """)
                .param("hash", hash)
                .param("account", account)
                .param("label", label)
                .param("expiresAt", expiresAt == null ? null : expiresAt.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Returns the account behind a token that has not expired. */
    public Optional<Account> findByToken(byte[] hash) {
        return jdbc.sql("""
                        SELECT account FROM api_token
                        WHERE token_hash = :hash AND (expires_at IS NULL OR expires_at > now())
                        """).param("hash", hash).query(String.class).optional().flatMap(this::find);
    }

    /**
     * An account.
     *
     * @param passwordHash null if nobody can sign in with a password
     * @param role the name of a role
     * @param oneTime whether the password dies at its first use
     * @param expiresAt when a one-time password dies unused
     */
    public record Account(
            String name,
            @Nullable String passwordHash,
            String role,
            boolean oneTime,
            @Nullable Instant expiresAt) {
        @Override
        public String toString() {
            return "Account[" + name + ", " + role + "]";
        }
    }
}
