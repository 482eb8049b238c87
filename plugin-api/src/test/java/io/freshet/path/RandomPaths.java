package io.freshet.path;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Random byte strings and paths; made so that bytes that matter (slash, dot, backslash, parts of UTF-8) are frequent. */
final class RandomPaths {
    private static final String[] PIECES = {
        "a",
        "b",
        "x",
        ".",
        "..",
        "\\",
        "\\x41",
        "\\\\",
        "\n",
        " ",
        "-",
        "\u00e9",
        "e\u0301",
        "\u20ac",
        "\ud83d\ude00",
        "\u0000",
        "/"
    };

    private final Random random;

    RandomPaths(Random random) {
        this.random = random;
    }

    byte[] bytes(int most) {
        byte[] bytes = new byte[random.nextInt(most + 1)];
        int at = 0;
        while (at < bytes.length) {
            byte[] piece = random.nextInt(3) == 0
                    ? new byte[] {(byte) random.nextInt(256)}
                    : PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.UTF_8);
            int length = Math.min(piece.length, bytes.length - at);
            System.arraycopy(piece, 0, bytes, at, length);
            at += length;
        }
        return bytes;
    }

    byte[] name() {
        while (true) {
            byte[] name = bytes(random.nextInt(20) == 0 ? 255 : 6);
            boolean refused = name.length == 0;
            boolean onlyDots = name.length <= 2;
            for (byte b : name) {
                refused |= b == 0 || b == '/';
                onlyDots &= b == '.';
            }
            if (!refused && !onlyDots) {
                return name;
            }
        }
    }

    /** Returns a path of up to {@code most} components; the root now and then. */
    RelativePath path(int most) {
        RelativePath path = RelativePath.ROOT;
        for (int n = random.nextInt(most + 1); n > 0; n--) {
            path = path.child(name());
        }
        return path;
    }
}
