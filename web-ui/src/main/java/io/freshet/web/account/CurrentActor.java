package io.freshet.web.account;

import io.freshet.journal.AccountBook;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Who the current request comes from, with the rights that the account has now, not when it signed in; hands him to
 * handler methods, and leads whoever came in by a one-time password to the page that asks for a lasting one.
 */
public final class CurrentActor implements HandlerMethodArgumentResolver, HandlerInterceptor {
    /** The page that asks for a lasting password. */
    public static final String PASSWORD_PAGE = "/account/password";

    private final AccountBook accounts;

    CurrentActor(AccountBook accounts) {
        this.accounts = accounts;
    }

    /** Returns who asks; empty where nobody is signed in, the account is gone, or it has another password. */
    public Optional<Actor> find(HttpServletRequest request) {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication == null || !(authentication.getPrincipal() instanceof Actor actor)) {
            return Optional.empty();
        }
        Integer password = actor.entry().passwordVersion();
        return accounts.find(actor.name())
                .filter(account -> password == null || password == account.passwordVersion())
                .map(account -> actor.now(Role.valueOf(account.role()), request.getRemoteAddr()));
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Actor.class;
    }

    @Override
    public Actor resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        return find(Objects.requireNonNull(request.getNativeRequest(HttpServletRequest.class)))
                .orElseThrow(() -> new SignedOutException());
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException {
        boolean redirected = !request.getRequestURI().startsWith(request.getContextPath() + PASSWORD_PAGE)
                && find(request).filter(Actor::mustSetPassword).isPresent();
        if (redirected) {
            response.sendRedirect(request.getContextPath() + PASSWORD_PAGE);
        }
        return !redirected;
    }
}
