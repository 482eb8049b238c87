package io.freshet.transfer;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of temporary objects in {@code .freshet}: whose they are, as the end of the gate's name that their connection went
 * through, and 128 random bits in hexadecimal, which are never guessed.
 */
public final class StagingName {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Pattern NAME = Pattern.compile("(?:([a-z]{1,16})([0-9]{1,18})-)?[0-9a-f]{32}");

    private StagingName() {}

    /** Returns a name that was never used before, for what a connection makes. */
    public static String fresh(GateName connection) {
        return connection.connection() + "-" + fresh();
    }

    /** Returns random bits that were never used before: the whole name of what is nobody's. */
    public static String fresh() {
        byte[] bits = new byte[16];
        RANDOM.nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }

    /** Returns whether what has this name was left there by an earlier connection of the same user of the lease. */
    public static boolean isLeftBefore(GateName connection, String name) {
        Matcher matcher = NAME.matcher(name);
        return matcher.matches()
                && matcher.group(1) != null
                && matcher.group(1).equals(connection.user())
                && Long.parseLong(matcher.group(2)) < connection.number();
    }

    /** Returns whether something in {@code .freshet} has the name of a temporary object. */
    public static boolean isOne(String name) {
        return NAME.matcher(name).matches();
    }
}
