package io.freshet.web.account;

import org.springframework.security.core.AuthenticatedPrincipal;

/**
 * Who asks, with which rights, from where; the argument of every action.
 *
 * @param origin the address the request came from
 * @param mustSetPassword whether the account came in by a one-time password and may do nothing before it has its own
 */
public record Actor(String name, Role role, String origin, boolean mustSetPassword) implements AuthenticatedPrincipal {
    public Actor(String name, Role role, String origin) {
        this(name, role, origin, false);
    }

    @Override
    public String getName() {
        return name;
    }

    /** Returns whether the role allows what {@code needed} allows. */
    public boolean may(Role needed) {
        return !mustSetPassword && role.includes(needed);
    }

    /** For templates: the same by name. */
    public boolean may(String needed) {
        return may(Role.valueOf(needed));
    }
}
