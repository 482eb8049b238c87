package io.freshet.web.account;

import io.freshet.journal.AccountBook;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/** Lets a program in by {@code Authorization: Bearer fsh_…} (RFC 6750), for one request. */
final class TokenFilter extends OncePerRequestFilter {
    private static final String SCHEME = "Bearer ";

    private final AccountBook accounts;

    TokenFilter(AccountBook accounts) {
        this.accounts = accounts;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String header = request.getHeader("Authorization");
        if (header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            accounts.findByToken(Secrets.hash(header.substring(SCHEME.length()).strip()))
                    .ifPresent(account -> signIn(account, request));
        }
        chain.doFilter(request, response);
    }

    /** Also when the answer to an asynchronous request is dispatched: nothing is kept between. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    private static void signIn(AccountBook.Account account, HttpServletRequest request) {
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(
                SignIn.signedIn(new Actor(account.name(), Role.valueOf(account.role()), request.getRemoteAddr())));
        SecurityContextHolder.setContext(context);
    }
}
