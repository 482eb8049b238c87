package io.freshet.transfer;

import io.freshet.file.Attributes;
import org.jspecify.annotations.Nullable;

/**
 * The bits of a mode that lend whoever runs a file the rights of its owner or group: they go where that would be another one
 * than in the source.
 */
public final class SetIdBits {
    private static final int BITS = 06000;

    private SetIdBits() {}

    /**
     * Returns the mode to set.
     *
     * @param owned whether owner and group are as in the source
     */
    public static int mode(Attributes attributes, boolean owned) {
        return owned ? attributes.mode() : attributes.mode() & ~BITS;
    }

    /** Returns what is to be said of them; null if they are as in the source. */
    public static @Nullable String remark(Attributes attributes, boolean owned) {
        return owned || (attributes.mode() & BITS) == 0
                ? null
                : "without its setuid and setgid bits: the account there cannot give it owner " + attributes.uid() + ":"
                        + attributes.gid();
    }
}
