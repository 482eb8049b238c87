package io.freshet.web.account;

import java.util.Locale;

/** What an account may do; each role may do what the ones before it may. */
public enum Role {
    /** Looks. */
    VIEWER,
    /** Sends a folder now. */
    REQUESTER,
    /** Pauses, reruns, stops, decides holds. */
    OPERATOR,
    /** Everything. */
    ADMIN;

    public boolean includes(Role other) {
        return compareTo(other) >= 0;
    }

    /** Returns this role, or {@code most} if that allows less. */
    Role atMost(Role most) {
        return most.includes(this) ? this : most;
    }

    /** Returns the role as a word in a sentence. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
