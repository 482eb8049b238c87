package io.freshet.target;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * Where an address leads, as far as this machine's files tell.
 *
 * @param url the address's URL with user, host and port as they will be used
 * @param through hosts that are passed on the way; the same name may be another host behind another one
 * @param secrets files that are read on the way there and must stay out of every replica
 */
public record TargetPlace(URI url, List<String> through, List<Path> secrets) {
    public TargetPlace {
        through = List.copyOf(through);
        secrets = List.copyOf(secrets);
    }
}
