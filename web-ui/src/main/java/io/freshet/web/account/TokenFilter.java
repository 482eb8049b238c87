package io.freshet.web.account;

import io.freshet.journal.TokenBook;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets a program in by {@code Authorization: Bearer fsh_…} (RFC 6750), for one request: with the token of an account, or, to
 * the metrics, with the one that the configuration names, for which the database is not asked.
 */
final class TokenFilter extends OncePerRequestFilter {
    private static final String SCHEME = "Bearer ";

    private final TokenBook tokens;
    private final MetricsToken metricsToken;

    TokenFilter(TokenBook tokens, MetricsToken metricsToken) {
        this.tokens = tokens;
        this.metricsToken = metricsToken;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String header = request.getHeader("Authorization");
        if (header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            String token = header.substring(SCHEME.length()).strip();
            if (metricsToken.opens(request, token)) {
                signIn(Actor.byToken(MetricsToken.ACTOR, Role.VIEWER, Role.VIEWER, request.getRemoteAddr()));
            } else {
                tokens.use(Secrets.hash(token))
                        .ifPresent(use -> signIn(Actor.byToken(
                                use.account(),
                                Role.valueOf(use.role()),
                                Role.valueOf(use.most()),
                                request.getRemoteAddr())));
            }
        }
        chain.doFilter(request, response);
    }

    /** Also when the answer to an asynchronous request is dispatched: nothing is kept between. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    private static void signIn(Actor actor) {
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(SignIn.signedIn(actor));
        SecurityContextHolder.setContext(context);
    }
}
