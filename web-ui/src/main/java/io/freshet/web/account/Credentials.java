package io.freshet.web.account;

import io.freshet.journal.AccountBook;
import io.freshet.journal.TokenBook;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.password.PasswordEncoder;

/** Makes one-time passwords and tokens, each to be shown once and kept by its hash only. Thread-safe. */
public final class Credentials {
    /** How long a one-time password lives. */
    public static final Duration LIFETIME = Duration.ofHours(24);

    private final AccountBook accounts;
    private final TokenBook tokens;
    private final PasswordEncoder encoder;
    private final Clock clock;

    Credentials(AccountBook accounts, TokenBook tokens, PasswordEncoder encoder, Clock clock) {
        this.accounts = accounts;
        this.tokens = tokens;
        this.encoder = encoder;
        this.clock = clock;
    }

    /**
     * Gives an account, which need not exist yet, a password that dies at its first use, which leads to a page that asks for a
     * lasting one, or after {@link #LIFETIME}. The password before and all sessions end.
     */
    public String oneTimePassword(String name, Role role) {
        String password = Secrets.password();
        accounts.put(new AccountBook.Account(
                name,
                encoder.encode(password),
                role.name(),
                true,
                clock.instant().plus(LIFETIME)));
        return password;
    }

    /**
     * Makes a token.
     *
     * @param most the most that it may do, whatever its account may
     * @param expiresAt null for never
     * @return empty if the account has a token of this label
     */
    public Optional<String> token(String account, String label, Role most, @Nullable Instant expiresAt) {
        String token = Secrets.token();
        return tokens.add(account, label, Secrets.hash(token), most.name(), expiresAt)
                ? Optional.of(token)
                : Optional.empty();
    }
}
