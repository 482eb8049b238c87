package io.freshet.architecture.violations.hostkeys.transfer.ssh;

import net.schmizz.sshj.transport.verification.PromiscuousVerifier;

/** A connection that any host could answer. */
final class TrustsAnyone {
    Object verifier() {
        return new PromiscuousVerifier();
    }
}
