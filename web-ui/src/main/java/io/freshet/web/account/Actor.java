package io.freshet.web.account;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.AuthenticatedPrincipal;

/**
 * Who asks, with which rights, from where; the argument of every action.
 *
 * @param role what may be done now
 * @param most the most that the way in allows, whatever role the account has: a token may be for looking only
 * @param origin the address the request came from
 * @param entry by what the actor came in
 */
public record Actor(String name, Role role, Role most, String origin, Entry entry) implements AuthenticatedPrincipal {
    /** Somebody who comes in by a token, for one request. */
    static Actor byToken(String name, Role role, Role most, String origin) {
        return new Actor(name, role.atMost(most), most, origin, new Entry(null, false));
    }

    /** Somebody who signed in. */
    static Actor signedIn(String name, Role role, String origin, int passwordVersion, boolean oneTime) {
        return new Actor(name, role, Role.ADMIN, origin, new Entry(passwordVersion, oneTime));
    }

    @Override
    public String getName() {
        return name;
    }

    /** Returns whether the account may do nothing before it has a password of its own. */
    public boolean mustSetPassword() {
        return entry.oneTime;
    }

    /** Returns whether the role allows what {@code needed} allows. */
    public boolean may(Role needed) {
        return !mustSetPassword() && role.includes(needed);
    }

    /** For templates: the same by name. */
    public boolean may(String needed) {
        return may(Role.valueOf(needed));
    }

    /** Returns the actor with the rights that the account has now; from where this request comes. */
    Actor now(Role accountRole, String address) {
        return new Actor(name, accountRole.atMost(most), most, address, entry);
    }

    /**
     * By what somebody came in.
     *
     * @param passwordVersion of the password; null for a token
     * @param oneTime whether it was a one-time password
     */
    public record Entry(@Nullable Integer passwordVersion, boolean oneTime) {}
}
