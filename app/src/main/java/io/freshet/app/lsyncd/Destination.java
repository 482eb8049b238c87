package io.freshet.app.lsyncd;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a sync copies to.
 *
 * @param host null for a directory of this machine
 * @param problem why Freshet cannot reach it; null if it can
 */
record Destination(
        @Nullable String user,
        @Nullable String host,
        String path,
        @Nullable String problem) {
    private static final Pattern REMOTE = Pattern.compile("(?:([^@/:]+)@)?(\\[[^]]+]|[^@/:\\[]+):(.*)", Pattern.DOTALL);

    /** Reads what rsync takes for a destination. */
    static Destination of(String written) {
        if (written.startsWith("rsync://") || written.matches("[^/]*::.*")) {
            return new Destination(
                    null,
                    null,
                    written,
                    "it is an rsync daemon; Freshet goes by SSH, so write sftp://USER@HOST/DIRECTORY");
        }
        Matcher remote = REMOTE.matcher(written);
        if (remote.matches()) {
            return remote(remote.group(1), remote.group(2), remote.group(3));
        }
        return new Destination(
                null,
                null,
                written,
                written.startsWith("/") ? null : "it is relative to the directory that lsyncd runs in");
    }

    /** Reads the host and the directory of {@code default.rsyncssh}. */
    static Destination of(String host, String directory) {
        int at = host.lastIndexOf('@');
        return remote(at < 0 ? null : host.substring(0, at), host.substring(at + 1), directory);
    }

    private static Destination remote(@Nullable String user, String host, String path) {
        return new Destination(
                user, host, path, path.startsWith("/") ? null : "it is relative to the home of whoever logs in there");
    }

    /** Returns what targets have for it. */
    String url(@Nullable String otherUser, @Nullable String port) {
        try {
            String withPath = path.length() > 1 ? path.replaceFirst("/+$", "") : path;
            String root = withPath.isEmpty() ? "/" : withPath;
            return host == null
                    ? "file://" + new URI(null, null, root, null).getRawPath()
                    : new URI(
                                    "sftp",
                                    user == null ? otherUser : user,
                                    host,
                                    port == null ? -1 : Integer.parseInt(port),
                                    root.startsWith("/") ? root : "/" + root,
                                    null,
                                    null)
                            .toString();
        } catch (URISyntaxException malformed) {
            return (host == null ? "" : host + ":") + path;
        }
    }
}
