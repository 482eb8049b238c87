package io.freshet.transfer;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a gate inside {@code .freshet}: {@code g<epoch>-<nonce>-<user><number>}, a symlink to the target root for one
 * connection under one epoch of the target's lease.
 *
 * @param nonce letters and digits, the lease's own
 * @param user small letters: who of the lease's owner goes through it; none in names of before there were any
 * @param number of the user's connection; the latest is the only one that counts
 */
public record GateName(long epoch, String nonce, String user, long number) {
    /** What every gate's link says: the directory above {@code .freshet}, the root. */
    public static final String LINK_TARGET = "..";

    private static final Pattern NAME =
            Pattern.compile("g([0-9]{1,18})-([A-Za-z0-9]{1,64})(?:-([a-z]{1,16})([0-9]{1,18}))?");

    public GateName {
        if (!NAME.matcher(text(epoch, nonce, user, number)).matches()) {
            throw new IllegalArgumentException("epoch " + epoch + ", nonce '" + nonce + "', user '" + user
                    + "' and number " + number
                    + " make no gate: numbers are not negative, the nonce letters and digits,"
                    + " the user small letters");
        }
    }

    /** Returns the gate whose {@linkplain #toString() name} this is; empty for the name of anything else. */
    public static Optional<GateName> parse(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String user = matcher.group(3);
        String number = matcher.group(4);
        return Optional.of(new GateName(
                Long.parseLong(matcher.group(1)),
                matcher.group(2),
                user == null ? "" : user,
                number == null ? 0 : Long.parseLong(number)));
    }

    /** Returns whether who goes through this gate must give way to who goes through {@code other}. */
    public boolean yieldsTo(GateName other) {
        return other.epoch > epoch
                || (other.epoch == epoch && !other.nonce.equals(nonce))
                || (isOfSameUser(other) && other.number > number);
    }

    /** Returns whether this gate takes the place of {@code other}, so that nothing more may come through that. */
    public boolean replaces(GateName other) {
        return other.epoch < epoch || (isOfSameUser(other) && other.number < number);
    }

    private boolean isOfSameUser(GateName other) {
        return other.epoch == epoch && other.nonce.equals(nonce) && other.user.equals(user);
    }

    /** Returns what tells the connections under one lease apart. */
    String connection() {
        return user + number;
    }

    private static String text(long epoch, String nonce, String user, long number) {
        return "g" + epoch + "-" + nonce + (user.isEmpty() ? "" : "-" + user + number);
    }

    @Override
    public String toString() {
        return text(epoch, nonce, user, number);
    }
}
