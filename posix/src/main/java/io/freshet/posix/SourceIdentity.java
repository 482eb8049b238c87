package io.freshet.posix;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.FileState;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What makes a source itself wherever it is mounted: the random id in {@code .freshet/source-id} of its root
 * ({@code id:} and 32 hexadecimal digits), or, where Freshet may not write, the file system's id and the root's inode
 * ({@code root:} and two numbers). Never a device number, which changes at a reboot.
 *
 * @param text compared as a whole
 */
public record SourceIdentity(String text) {
    private static final String FILE = "source-id";
    private static final String MARKED = "id:";
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern TEXT = Pattern.compile("id:[0-9a-f]{32}|root:[0-9a-f]+:[0-9a-f]+");

    public SourceIdentity {
        if (!TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text + "' is no identity of a source");
        }
    }

    /** Returns whether it is the id in the source's own file rather than that of its root directory. */
    public boolean isMarked() {
        return text.startsWith(MARKED);
    }

    static SourceIdentity read(SourceRoot root, FileState state) {
        return marked(root).orElseGet(() -> ofRoot(state));
    }

    static SourceIdentity create(SourceRoot root, FileState state) {
        Optional<SourceIdentity> present = marked(root);
        if (present.isPresent()) {
            return present.get();
        }
        byte[] id = new byte[16];
        new SecureRandom().nextBytes(id);
        try {
            OwnDirectory.in(root).writeNew(FILE, HexFormat.of().formatHex(id) + "\n");
        } catch (FreshetException e) {
            if (e.code() == ErrorCode.CONFIGURATION_INVALID) {
                return ofRoot(state);
            }
            throw e;
        }
        // Another process may have been first: what the file says counts.
        return read(root, state);
    }

    private static Optional<SourceIdentity> marked(SourceRoot root) {
        return OwnDirectory.in(root).read(FILE).map(content -> {
            String id = content.strip();
            if (!ID.matcher(id).matches()) {
                throw new FreshetException(
                        ErrorCode.SOURCE_ROOT_SUSPECT,
                        "the file .freshet/" + FILE + " of source " + root.path()
                                + " is damaged; restore it, or remove it and approve the source's new identity");
            }
            return new SourceIdentity(MARKED + id);
        });
    }

    private static SourceIdentity ofRoot(FileState state) {
        return new SourceIdentity("root:" + Long.toHexString(state.identity().fileSystem()) + ":"
                + Long.toHexString(state.identity().inode()));
    }
}
