package io.freshet.transfer.local;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.target.Fidelity;
import io.freshet.target.TargetAddress;
import io.freshet.target.TargetConnector;
import io.freshet.target.TargetSession;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Reaches targets that are directories of this machine, for URLs like {@code file:///mnt/copy}. Options: those of {@link Fidelity}. */
public final class LocalTargetConnector implements TargetConnector {
    /** Made by {@link java.util.ServiceLoader}. */
    public LocalTargetConnector() {}

    @Override
    public boolean supports(String scheme) {
        return scheme.equals("file");
    }

    @Override
    public TargetSession connect(TargetAddress address) {
        Path root;
        try {
            root = Path.of(address.url());
        } catch (IllegalArgumentException e) {
            throw new FreshetException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "target '" + address.name() + "': " + address.url()
                            + " is not the url of a local directory; write file:///path",
                    e);
        }
        if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
            throw new FreshetException(
                    ErrorCode.TARGET_ROOT_SUSPECT,
                    "target '" + address.name() + "': the target root " + root
                            + " is missing or not a directory; make or mount it");
        }
        return new LocalTargetSession(address.name(), root, Fidelity.of(address));
    }
}
