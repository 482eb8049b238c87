package io.freshet.app.config;

/**
 * Where the web server listens.
 *
 * @param host a name or an address; an IPv6 address without brackets
 * @param port 0 to 65535, where 0 takes any free one
 */
public record ListenAddress(String host, int port) {
    /** Reachable from this machine only. */
    public static final ListenAddress DEFAULT = new ListenAddress("127.0.0.1", 8080);

    public ListenAddress {
        if (host.isEmpty() || port < 0 || port > 65535) {
            throw new IllegalArgumentException("'" + host + "' and " + port + " make no address to listen at");
        }
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
