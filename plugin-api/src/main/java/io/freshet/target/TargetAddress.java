package io.freshet.target;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a target is and how it is reached.
 *
 * @param name the target's name in the configuration, for messages
 * @param url for example {@code sftp://app@host:22/mnt/sync} or {@code file:///mnt/copy}; its path is the target root
 * @param options the connector's options by name, for example {@code identity-file} and {@code known-hosts}
 */
public record TargetAddress(String name, URI url, Map<String, String> options) {
    /**
     * The option with what people accepted of changed host keys: {@linkplain
     * io.freshet.failure.HostKeyChangedException#shown what was shown} of each, with newlines between them. It is no key of the
     * configuration.
     */
    public static final String APPROVED_HOST_KEYS = "approved-host-keys";

    public TargetAddress {
        options = Map.copyOf(options);
        if (url.getScheme() == null || url.getPath() == null || url.getPath().isEmpty()) {
            throw new IllegalArgumentException(
                    "the url of target " + name + " needs a scheme and a path, for example sftp://app@host/srv/www");
        }
    }

    /** Returns the same address with one more option. */
    public TargetAddress with(String option, String value) {
        Map<String, String> more = new HashMap<>(options);
        more.put(option, value);
        return new TargetAddress(name, url, more);
    }

    /** Returns an option's value, or null where it is not given. */
    public @Nullable String option(String option) {
        return options.get(option);
    }
}
