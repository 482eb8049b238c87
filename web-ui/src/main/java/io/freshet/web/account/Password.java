package io.freshet.web.account;

import io.freshet.journal.AccountBook;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;

/** Setting one's own password; whatever other sessions there are end with the old one. */
public final class Password {
    /** The fewest characters; bcrypt takes 72 bytes at most. */
    public static final int SHORTEST = 12;

    private static final int LONGEST_BYTES = 72;

    private final AccountBook accounts;
    private final PasswordEncoder encoder;
    private final LoginThrottle throttle;

    Password(AccountBook accounts, PasswordEncoder encoder, LoginThrottle throttle) {
        this.accounts = accounts;
        this.encoder = encoder;
        this.throttle = throttle;
    }

    /** Changes the password of whoever knows the present one; returns what is wrong, if anything is. */
    public Optional<String> change(Actor actor, String present, String password, String repeated) {
        if (throttle.isPausing(actor.name(), actor.origin())) {
            return Optional.of("Too many wrong passwords. Try again in 1 min.");
        }
        String hash = accounts.find(actor.name())
                .map(AccountBook.Account::passwordHash)
                .orElse(null);
        if (hash == null || !encoder.matches(present, hash)) {
            throttle.failed(actor.name(), actor.origin());
            return Optional.of("The present password is wrong.");
        }
        return set(actor, password, repeated);
    }

    /** Gives the account a lasting password; returns what is wrong with it, if anything is. */
    public Optional<String> set(Actor actor, String password, String repeated) {
        if (password.codePointCount(0, password.length()) < SHORTEST) {
            return Optional.of("It needs at least " + SHORTEST + " characters.");
        }
        if (password.getBytes(StandardCharsets.UTF_8).length > LONGEST_BYTES) {
            return Optional.of("It can have at most " + LONGEST_BYTES + " bytes.");
        }
        if (!password.equals(repeated)) {
            return Optional.of("The two differ.");
        }
        accounts.setPassword(actor.name(), Objects.requireNonNull(encoder.encode(password)));
        return Optional.empty();
    }

    /** Lets whoever has just set it go on, in a session of a new number. */
    public void signInAnew(Actor actor, HttpServletRequest request, HttpServletResponse response) {
        request.changeSessionId();
        int version =
                accounts.find(actor.name()).orElseThrow(SignedOutException::new).passwordVersion();
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(
                SignIn.signedIn(Actor.signedIn(actor.name(), actor.role(), actor.origin(), version, false)));
        SecurityContextHolder.setContext(context);
        new HttpSessionSecurityContextRepository().saveContext(context, request, response);
    }
}
