package io.freshet.web.account;

import io.freshet.journal.AccountBook;

/** The token by which the command line on this machine acts, as an administrator called {@value #ACCOUNT}. */
public final class LocalToken {
    /** The account behind it; nobody can sign in with it. */
    public static final String ACCOUNT = "local";

    private final AccountBook accounts;

    LocalToken(AccountBook accounts) {
        this.accounts = accounts;
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
        accounts.replaceToken(ACCOUNT, "command line on " + node, Secrets.hash(token), null);
        return token;
    }
}
