package io.freshet.transfer.ssh;

import java.nio.file.Path;
import java.util.List;

/**
 * The files that say who we are to a host.
 *
 * @param keys private keys to offer, in order
 * @param keysRequired whether each of them must be usable; as for {@code ssh}, those that nobody asked for by a target's
 *     options need not
 * @param certificates certificates for these keys; if none, the ones beside the keys
 * @param certificatesRequired whether each of them must be for one of the keys
 */
record SshIdentities(List<Path> keys, boolean keysRequired, List<Path> certificates, boolean certificatesRequired) {
    SshIdentities {
        keys = List.copyOf(keys);
        certificates = List.copyOf(certificates);
    }
}
