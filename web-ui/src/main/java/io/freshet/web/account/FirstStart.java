package io.freshet.web.account;

import io.freshet.journal.AccountBook;
import java.util.Optional;

/**
 * The way in for the first person: an account {@value #ACCOUNT} with a one-time password.
 *
 * <p>The password dies at its first use, which leads to a page that asks for a lasting one, or after a day; then the
 * next start makes another.
 */
public final class FirstStart {
    /** The name of the first account. */
    public static final String ACCOUNT = "admin";

    private final AccountBook accounts;
    private final Credentials credentials;

    FirstStart(AccountBook accounts, Credentials credentials) {
        this.accounts = accounts;
        this.credentials = credentials;
    }

    /**
     * Makes a new one-time password, if no administrator has a lasting one yet. To be called once per start; the caller
     * shows the password and keeps it nowhere but in a file of mode 0600.
     */
    public Optional<String> begin() {
        if (isOver()) {
            return Optional.empty();
        }
        return Optional.of(credentials.oneTimePassword(ACCOUNT, Role.ADMIN));
    }

    /** Returns whether an administrator has a lasting password; until then only the loopback address is to be served. */
    public boolean isOver() {
        return accounts.hasLasting(Role.ADMIN.name());
    }
}
