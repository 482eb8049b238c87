package io.freshet.transfer;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a gate inside {@code .freshet}: {@code g<epoch>-<nonce>}, a symlink to the target root for one epoch of the
 * target's lease.
 *
 * @param nonce letters and digits
 */
public record GateName(long epoch, String nonce) {
    /** What every gate's link says: the directory above {@code .freshet}, the root. */
    public static final String LINK_TARGET = "..";

    private static final Pattern NAME = Pattern.compile("g([0-9]{1,18})-([A-Za-z0-9]{1,64})");

    public GateName {
        if (!NAME.matcher("g" + epoch + "-" + nonce).matches()) {
            throw new IllegalArgumentException("epoch " + epoch + " and nonce '" + nonce
                    + "' make no gate: the epoch is not negative, the nonce letters and digits");
        }
    }

    /** Returns the gate whose {@linkplain #toString() name} this is; empty for the name of anything else. */
    public static Optional<GateName> parse(String name) {
        Matcher matcher = NAME.matcher(name);
        return matcher.matches()
                ? Optional.of(new GateName(Long.parseLong(matcher.group(1)), matcher.group(2)))
                : Optional.empty();
    }

    /** Returns whether the owner of this gate must give way to the owner of {@code other}. */
    public boolean yieldsTo(GateName other) {
        return other.epoch > epoch || (other.epoch == epoch && !other.nonce.equals(nonce));
    }

    @Override
    public String toString() {
        return "g" + epoch + "-" + nonce;
    }
}
