package io.freshet.transfer.ssh;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A host as people write it for {@code ssh -J}: {@code [user@]host[:port]}, or the same behind {@code ssh://}.
 *
 * @param user null if none is named
 * @param host a name, an alias, or an address without brackets
 */
record HostSpec(@Nullable String user, String host, OptionalInt port) {
    private static final Pattern WRITTEN = Pattern.compile(
            "(?:ssh://)?(?:([^\\s,]+)@)?(?:\\[([^\\[\\]\\s,]+)]|([^\\[\\]@:/\\s,]+))(?::(\\d{1,5}))?/?");
    private static final int LARGEST_PORT = 65535;

    /** Returns the hosts of a list with commas, or throws {@link IllegalArgumentException}. */
    static List<HostSpec> list(String text) {
        List<HostSpec> hosts = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            hosts.add(read(part.strip()));
        }
        return hosts;
    }

    private static HostSpec read(String text) {
        Matcher matcher = WRITTEN.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no host; write user@host or user@host:port");
        }
        String user = matcher.group(1);
        if (user != null && user.contains(":")) {
            throw new IllegalArgumentException("a password stands before '@'; log in with a key");
        }
        String written = matcher.group(4);
        int port = written == null ? -1 : Integer.parseInt(written);
        if (written != null && (port < 1 || port > LARGEST_PORT)) {
            throw new IllegalArgumentException("'" + text + "' has a port that is not between 1 and " + LARGEST_PORT);
        }
        String host = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
        return new HostSpec(user, host, written == null ? OptionalInt.empty() : OptionalInt.of(port));
    }
}
