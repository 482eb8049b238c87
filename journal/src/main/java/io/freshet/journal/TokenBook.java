package io.freshet.journal;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The API tokens, as rows: known by their hash, told of by account and label. Thread-safe. */
public final class TokenBook {
    private final JdbcClient jdbc;

    public TokenBook(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Adds a token.
     *
     * @param role the most that it may do
     * @return whether it was added; false if the account has one of this label
     */
    public boolean add(String account, String label, byte[] hash, String role, @Nullable Instant expiresAt) {
        return jdbc.sql("""
                        INSERT INTO api_token (token_hash, account, label, role, expires_at)
                        VALUES (:hash, :account, :label, :role, :expiresAt) ON CONFLICT (account, label) DO NOTHING
                        """)
                        .param("hash", hash)
                        .param("account", account)
                        .param("label", label)
                        .param("role", role)
                        .param("expiresAt", expiresAt == null ? null : expiresAt.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    /** Adds a token that may do all that its account may, in place of the one of this label. */
    public void replace(String account, String label, byte[] hash) {
        jdbc.sql("""
                INSERT INTO api_token (token_hash, account, label) VALUES (:hash, :account, :label)
                ON CONFLICT (account, label) DO UPDATE SET token_hash = excluded.token_hash, created_at = now(), last_used_at = NULL
                """)
                .param("hash", hash)
                .param("account", account)
                .param("label", label)
                .update();
    }

    /** Takes a token away; returns whether there was one. */
    public boolean revoke(String account, String label) {
        return jdbc.sql("DELETE FROM api_token WHERE account = :account AND label = :label")
                        .param("account", account)
                        .param("label", label)
                        .update()
                == 1;
    }

    /** Returns the tokens of an account, by label. */
    public List<Token> of(String account) {
        return jdbc.sql("""
                        SELECT label, role, created_at, expires_at, last_used_at FROM api_token
                        WHERE account = :account ORDER BY label
                        """)
                .param("account", account)
                .query((row, number) -> new Token(
                        row.getString("label"),
                        row.getString("role"),
                        Rows.instant(row, "created_at"),
                        Rows.instantOrNull(row, "expires_at"),
                        Rows.instantOrNull(row, "last_used_at")))
                .list();
    }

    /** Returns whom a token lets in, if it has not expired, and notes its use: to the minute, lest every request writes. */
    public Optional<Use> use(byte[] hash) {
        return jdbc.sql("""
                        WITH used AS (
                            UPDATE api_token SET last_used_at = now()
                            WHERE token_hash = :hash AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute'))
                        SELECT t.account, a.role, t.role AS most FROM api_token t JOIN account a ON a.name = t.account
                        WHERE t.token_hash = :hash AND (t.expires_at IS NULL OR t.expires_at > now())
                        """)
                .param("hash", hash)
                .query((row, number) -> new Use(row.getString("account"), row.getString("role"), row.getString("most")))
                .optional();
    }

    /**
     * A token, without what it is known by.
     *
     * @param role the most that it may do
     */
    public record Token(
            String label,
            String role,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant lastUsedAt) {}

    /**
     * Whom a token lets in.
     *
     * @param role of the account
     * @param most the most that the token may do
     */
    public record Use(String account, String role, String most) {}
}
