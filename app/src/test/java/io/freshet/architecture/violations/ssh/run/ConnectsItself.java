package io.freshet.architecture.violations.ssh.run;

import net.schmizz.sshj.SSHClient;

/** A connection made outside the package for connections. */
interface ConnectsItself {
    SSHClient client();
}
