package io.freshet.web.account;

import org.jspecify.annotations.Nullable;

/** A place on this site to go to after an action; anything that could lead elsewhere becomes the front page. */
public final class LocalPath {
    private LocalPath() {}

    /** Returns {@code wanted} if it is a path on this site, else {@code /}. */
    public static String of(@Nullable String wanted) {
        boolean local = wanted != null
                && wanted.startsWith("/")
                && !wanted.startsWith("//")
                && wanted.chars().noneMatch(c -> c == '\\' || c < ' ' || c == 0x7f);
        return local && wanted != null ? wanted : "/";
    }
}
