package io.freshet.web.account;

import io.freshet.journal.AccountBook;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.web.authentication.WebAuthenticationDetails;

/** Checks a name and a password; one answer for a wrong name and a wrong password, in the same time. */
final class SignIn implements AuthenticationProvider {
    private final AccountBook accounts;
    private final PasswordEncoder encoder;
    private final LoginThrottle throttle;
    private final Clock clock;
    private final String hashOfNobody;

    SignIn(AccountBook accounts, PasswordEncoder encoder, LoginThrottle throttle, Clock clock) {
        this.accounts = accounts;
        this.encoder = encoder;
        this.throttle = throttle;
        this.clock = clock;
        this.hashOfNobody = Objects.requireNonNull(encoder.encode(Secrets.password()));
    }

    @Override
    public Authentication authenticate(Authentication attempt) {
        String name = attempt.getName();
        String password = String.valueOf(attempt.getCredentials());
        String origin = attempt.getDetails() instanceof WebAuthenticationDetails details
                ? String.valueOf(details.getRemoteAddress())
                : "unknown";
        if (throttle.isPausing(name, origin)) {
            throw new LockedException("too many wrong passwords");
        }
        Optional<AccountBook.Account> account = accounts.find(name);
        String hash = account.map(AccountBook.Account::passwordHash).orElse(null);
        boolean matches = encoder.matches(password, hash == null ? hashOfNobody : hash);
        if (account.isEmpty()
                || hash == null
                || !matches
                || isDead(account.get())
                || !accounts.signedIn(account.get())) {
            throttle.failed(name, origin);
            throw new BadCredentialsException("name or password is wrong");
        }
        throttle.succeeded(name);
        return signedIn(Actor.signedIn(
                name,
                Role.valueOf(account.get().role()),
                origin,
                account.get().passwordVersion(),
                account.get().oneTime()));
    }

    private boolean isDead(AccountBook.Account account) {
        return account.expiresAt() != null && account.expiresAt().isBefore(clock.instant());
    }

    static Authentication signedIn(Actor actor) {
        return UsernamePasswordAuthenticationToken.authenticated(
                actor,
                null,
                List.of(new SimpleGrantedAuthority("ROLE_" + actor.role().name())));
    }

    @Override
    public boolean supports(@Nullable Class<?> type) {
        return type != null && UsernamePasswordAuthenticationToken.class.isAssignableFrom(type);
    }
}
