package io.freshet.web.account;

import io.freshet.journal.AccountBook;
import io.freshet.journal.TokenBook;

/** The token by which the command line on this machine acts, as an administrator called {@value #ACCOUNT}. */
public final class LocalToken {
    /** The account behind it; nobody can sign in with it. */
    public static final String ACCOUNT = "local";

    private final AccountBook accounts;
    private final TokenBook tokens;

    LocalToken(AccountBook accounts, TokenBook tokens) {
        this.accounts = accounts;
        this.tokens = tokens;
    }

    /**
     * Makes a new token; the one before is worth nothing from now on.
     *
     * @param node the process it is for: each has its own
     * @return the token, to be written to a file of mode 0600
     */
    public String issue(String node) {
        String token = Secrets.token();
        accounts.put(new AccountBook.Account(ACCOUNT, null, Role.ADMIN.name(), false, null));
        tokens.replace(ACCOUNT, "command line on " + node, Secrets.hash(token));
        return token;
    }
}
