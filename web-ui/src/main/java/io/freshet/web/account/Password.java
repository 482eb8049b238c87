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

/** Changing one's own password. */
public final class Password {
    /** The fewest characters; bcrypt takes 72 bytes at most. */
    public static final int SHORTEST = 12;

    private static final int LONGEST_BYTES = 72;

    private final AccountBook accounts;
    private final PasswordEncoder encoder;

    Password(AccountBook accounts, PasswordEncoder encoder) {
        this.accounts = accounts;
        this.encoder = encoder;
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
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(SignIn.signedIn(new Actor(actor.name(), actor.role(), actor.origin())));
        SecurityContextHolder.setContext(context);
        new HttpSessionSecurityContextRepository().saveContext(context, request, response);
    }
}
