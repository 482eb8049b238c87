package io.freshet.transfer;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Names of temporary objects in {@code .freshet}: 128 random bits in hexadecimal, telling nothing and never guessed. */
public final class StagingName {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Pattern NAME = Pattern.compile("[0-9a-f]{32}");

    private StagingName() {}

    /** Returns a name that was never used before. */
    public static String fresh() {
        byte[] bits = new byte[16];
        RANDOM.nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }

    /** Returns whether something in {@code .freshet} has the name of a temporary object. */
    public static boolean isOne(String name) {
        return NAME.matcher(name).matches();
    }
}
