package io.freshet.web.account;

/** The account behind a session or token no longer exists. */
public final class SignedOutException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SignedOutException() {
        super("the account no longer exists");
    }
}
