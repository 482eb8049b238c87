package io.freshet.target;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * Where an address leads, as far as this machine's files tell.
 *
 * @param url the address's URL with user, host and port as they will be used
 * @param secrets files that are read on the way there and must stay out of every replica
 */
public record TargetPlace(URI url, List<Path> secrets) {
    public TargetPlace {
        secrets = List.copyOf(secrets);
    }
}
