package io.freshet.web.account;

/** The account behind a session or token no longer exists, or has another password. */
public final class SignedOutException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SignedOutException() {
        super("the account no longer exists, or has another password");
    }
}
