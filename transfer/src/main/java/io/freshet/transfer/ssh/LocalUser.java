package io.freshet.transfer.ssh;

import java.nio.file.Path;
import java.util.Map;

/**
 * Who runs this, as far as SSH wants to know.
 *
 * @param home their home directory
 * @param environment their environment variables
 */
record LocalUser(String name, Path home, Map<String, String> environment) {
    LocalUser {
        environment = Map.copyOf(environment);
    }

    /** Returns the user of this process. */
    static LocalUser current() {
        return new LocalUser(
                System.getProperty("user.name"), Path.of(System.getProperty("user.home")), System.getenv());
    }

    Path sshFolder() {
        return home.resolve(".ssh");
    }
}
