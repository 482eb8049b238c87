package io.freshet.web.account;

import io.freshet.journal.AccountBook;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.springframework.security.crypto.password.PasswordEncoder;

/**
 * The way in for the first person: an account {@value #ACCOUNT} with a one-time password.
 *
 * <p>The password dies at its first use, which leads to a page that asks for a lasting one, or after 24 hours; then the
 * next start makes another.
 */
public final class FirstStart {
    /** The name of the first account. */
    public static final String ACCOUNT = "admin";

    /** How long the one-time password lives. */
    public static final Duration LIFETIME = Duration.ofHours(24);

    private final AccountBook accounts;
    private final PasswordEncoder encoder;
    private final Clock clock;

    FirstStart(AccountBook accounts, PasswordEncoder encoder, Clock clock) {
        this.accounts = accounts;
        this.encoder = encoder;
        this.clock = clock;
    }

    /**
     * Makes a new one-time password, if no administrator has a lasting one yet. To be called once per start; the caller
     * shows the password and keeps it nowhere but in a file of mode 0600.
     */
    public Optional<String> begin() {
        if (isOver()) {
            return Optional.empty();
        }
        String password = Secrets.password();
        accounts.put(new AccountBook.Account(
                ACCOUNT,
                encoder.encode(password),
                Role.ADMIN.name(),
                true,
                clock.instant().plus(LIFETIME)));
        return Optional.of(password);
    }

    /** Returns whether an administrator has a lasting password; until then only the loopback address is to be served. */
    public boolean isOver() {
        return accounts.hasLasting(Role.ADMIN.name());
    }
}
