package io.freshet.web.account;

import io.freshet.journal.AccountBook;
import io.freshet.journal.TokenBook;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.SessionTrackingMode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.EnumSet;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.header.writers.StaticHeadersWriter;

/** Sign-in, sessions, tokens and headers. Roles are not checked here but where actions are carried out. */
@Configuration(proxyBeanMethods = false)
@EnableWebSecurity
public class AccountConfiguration {
    private static final String CONTENT_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self';"
                    + " form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    @Bean
    PasswordEncoder passwordEncoder() {
        return new BCryptPasswordEncoder(10);
    }

    @Bean
    Credentials credentials(AccountBook accounts, TokenBook tokens, PasswordEncoder encoder, Clock clock) {
        return new Credentials(accounts, tokens, encoder, clock);
    }

    @Bean
    FirstStart firstStart(AccountBook accounts, Credentials credentials) {
        return new FirstStart(accounts, credentials);
    }

    @Bean
    LocalToken localToken(AccountBook accounts, TokenBook tokens) {
        return new LocalToken(accounts, tokens);
    }

    @Bean
    LoginThrottle loginThrottle(Clock clock) {
        return new LoginThrottle(clock);
    }

    @Bean
    Password password(AccountBook accounts, PasswordEncoder encoder, LoginThrottle throttle) {
        return new Password(accounts, encoder, throttle);
    }

    @Bean
    CurrentActor currentActor(AccountBook accounts) {
        return new CurrentActor(accounts);
    }

    @Bean
    AuthenticationProvider signIn(AccountBook accounts, PasswordEncoder encoder, LoginThrottle throttle, Clock clock) {
        return new SignIn(accounts, encoder, throttle, clock);
    }

    /** Programs: a token with each request, no session, hence nothing that a foreign page could ride on. */
    @Bean
    @Order(1)
    SecurityFilterChain apiSecurity(HttpSecurity http, TokenBook tokens, ObjectProvider<MetricsToken> metricsToken) {
        headers(http);
        return http.securityMatcher("/api/**", MetricsToken.PATH)
                .csrf(csrf -> csrf.disable())
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .requestCache(cache -> cache.disable())
                .addFilterBefore(
                        new TokenFilter(tokens, metricsToken.getIfAvailable(MetricsToken::none)),
                        AuthorizationFilter.class)
                .authorizeHttpRequests(
                        requests -> requests.dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.ERROR)
                                .permitAll()
                                .anyRequest()
                                .authenticated())
                .exceptionHandling(handling -> handling.authenticationEntryPoint((request, response, failure) -> {
                    response.setHeader("WWW-Authenticate", "Bearer realm=\"Freshet\"");
                    response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
                }))
                .build();
    }

    /** People: a session, with a token against forged requests in every form. */
    @Bean
    @Order(2)
    SecurityFilterChain pageSecurity(HttpSecurity http) {
        headers(http);
        return http.authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(
                                DispatcherType.ASYNC, DispatcherType.ERROR, DispatcherType.FORWARD)
                        .permitAll()
                        .requestMatchers("/login", "/assets/**", "/webjars/**", "/error", "/favicon.ico")
                        .permitAll()
                        .requestMatchers(HttpMethod.GET, "/healthz", "/readyz")
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .formLogin(login -> login.loginPage("/login")
                        .successHandler((request, response, authentication) -> response.sendRedirect(
                                request.getContextPath() + LocalPath.of(request.getParameter("next"))))
                        .failureHandler(AccountConfiguration::refuse))
                .logout(logout -> logout.logoutSuccessUrl("/login?out").deleteCookies("freshet"))
                .requestCache(cache -> cache.disable())
                .exceptionHandling(handling -> handling.authenticationEntryPoint((request, response, failure) -> {
                    if (isBackground(request)) {
                        response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
                    } else {
                        response.sendRedirect(request.getContextPath() + "/login?next=" + encoded(requested(request)));
                    }
                }))
                .build();
    }

    /** The session's cookie; Tomcat marks it secure by itself where the request came by https. */
    @Bean
    ServletContextInitializer sessionCookie() {
        return (ServletContext context) -> {
            context.setSessionTrackingModes(EnumSet.of(SessionTrackingMode.COOKIE));
            context.getSessionCookieConfig().setName("freshet");
            context.getSessionCookieConfig().setHttpOnly(true);
            context.getSessionCookieConfig().setAttribute("SameSite", "Lax");
        };
    }

    private static void headers(HttpSecurity http) {
        http.headers(headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(CONTENT_POLICY))
                .referrerPolicy(policy -> policy.policy(
                        org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy
                                .SAME_ORIGIN))
                .cacheControl(cache -> cache.disable())
                .addHeaderWriter((request, response) -> {
                    if (!response.containsHeader("Cache-Control")) {
                        response.setHeader("Cache-Control", "private, no-cache"); // no-store would disable Back's cache
                    }
                })
                .addHeaderWriter(new StaticHeadersWriter("Cross-Origin-Opener-Policy", "same-origin")));
    }

    private static void refuse(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
            throws IOException {
        Supplier<String> next = () -> encoded(LocalPath.of(request.getParameter("next")));
        response.sendRedirect(request.getContextPath() + "/login?"
                + (failure instanceof LockedException ? "pause" : "wrong") + "&next=" + next.get());
    }

    private static boolean isBackground(HttpServletRequest request) {
        return request.getHeader("HX-Request") != null
                || request.getRequestURI().startsWith(request.getContextPath() + "/events")
                || request.getRequestURI().startsWith(request.getContextPath() + "/fragments/");
    }

    private static String requested(HttpServletRequest request) {
        if (!request.getMethod().equals("GET")) {
            return "/";
        }
        String path = request.getRequestURI().substring(request.getContextPath().length());
        return request.getQueryString() == null ? path : path + "?" + request.getQueryString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
