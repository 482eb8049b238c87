package io.freshet.app.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** URLs of targets: {@code sftp:} or {@code ssh:} with a host, {@code file:} without one. */
final class TargetUrl {
    private static final List<String> SCHEMES = List.of("sftp", "ssh", "file");
    private static final int SSH_PORT = 22;
    /** As rsync and scp have it. */
    private static final Pattern HOST_AND_PATH = Pattern.compile("((?:[^@:/\\s]+@)?[^@:/\\s]+):(/\\S*)");

    private TargetUrl() {}

    /** Returns the URL, or throws {@link IllegalArgumentException} with what is wrong. */
    static URI read(String text) {
        Matcher remote = HOST_AND_PATH.matcher(text);
        if (remote.matches() && !text.contains("://") && !SCHEMES.contains(remote.group(1))) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no URL. Did you mean sftp://" + remote.group(1) + remote.group(2) + "?");
        }
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException malformed) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no URL (" + malformed.getReason()
                            + "); write for example sftp://app@web1:22/srv/www, and %20 for a space",
                    malformed);
        }
        String scheme = url.getScheme();
        if (scheme == null || !SCHEMES.contains(scheme)) {
            String meant = scheme == null
                    ? " Write for example sftp://app@web1:22/srv/www or file:///srv/copy."
                    : Spelling.nearest(scheme, SCHEMES)
                            .map(candidate -> " Did you mean " + candidate + ":?")
                            .orElse(" Use sftp:, ssh: or file:.");
            throw new IllegalArgumentException("'" + text + "' has no scheme that Freshet knows." + meant);
        }
        refuse(
                url.getRawQuery() != null || url.getRawFragment() != null,
                text,
                "must hold neither '?' nor '#'; write %3F and %23");
        String path = url.getPath();
        refuse(
                path == null || !path.startsWith("/"),
                text,
                "has no path; add the directory to fill, for example /srv/www");
        refuse(path.indexOf('\0') >= 0, text, "must not hold a NUL character");
        refuse(List.of(path.split("/", -1)).contains(".."), text, "must not hold '..'");
        refuse(path.startsWith("/~"), text, "begins with ~, which is not expanded; write the whole path");
        if (isLocal(url)) {
            refuse(
                    url.getRawAuthority() != null && !url.getRawAuthority().isEmpty(),
                    text,
                    "must have three slashes: file:///srv/copy");
            refuse(path.matches("/*"), text, "is the root of this machine's file system");
        } else {
            checkAuthority(url, text);
        }
        return url;
    }

    private static void checkAuthority(URI url, String text) {
        refuse(
                url.getHost() == null,
                text,
                "has no valid host; a host name has letters, digits, '-' and '.', an IPv6 address stands in brackets");
        refuse(url.getPort() == 0 || url.getPort() > 65535, text, "has a port that is not between 1 and 65535");
        String user = url.getUserInfo();
        if (user == null) {
            // Then it is as for ssh: what ~/.ssh/config says, else the one who runs this.
            return;
        }
        refuse(user.isEmpty(), text, "names no user; write sftp://USER@" + url.getHost() + url.getRawPath());
        refuse(
                user.indexOf(':') >= 0,
                text.replace(":" + password(url), ":…"),
                "must not hold a password; use identity-file");
    }

    private static String password(URI url) {
        String user = url.getRawUserInfo();
        return user.substring(user.indexOf(':') + 1);
    }

    private static void refuse(boolean wrong, String text, String message) {
        if (wrong) {
            throw new IllegalArgumentException("'" + text + "' " + message);
        }
    }

    static boolean isLocal(URI url) {
        return "file".equals(url.getScheme());
    }

    /** Returns what two URLs have in common if the same account sees the same file system through them. */
    static String realm(URI url) {
        if (isLocal(url)) {
            return "file:";
        }
        int port = url.getPort() < 0 ? SSH_PORT : url.getPort();
        return url.getUserInfo() + "@" + lower(url.getHost()) + ":" + port;
    }

    private static String lower(@Nullable String host) {
        return host == null ? "" : host.toLowerCase(Locale.ROOT);
    }
}
