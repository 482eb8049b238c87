package io.freshet.path;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * The reversible text form of a byte string: UTF-8 where the bytes are valid UTF-8, {@code \xHH} for every byte that is
 * not, and {@code \\} for a backslash.
 *
 * <p>Ordinary names are equal to their text form. The form is used in every text column, page and API field; control
 * characters stay as they are and are escaped by whoever renders them for a medium.
 */
public final class TextForm {
    private static final String HEX = "0123456789abcdef";

    private TextForm() {}

    /** Returns the text form of {@code bytes}. */
    public static String encode(byte[] bytes) {
        if (isPlain(bytes)) {
            return new String(bytes, StandardCharsets.US_ASCII);
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        StringBuilder text = new StringBuilder(bytes.length + 8);
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            appendEscapingBackslashes(text, out.flip());
            out.clear();
            if (!result.isError()) {
                return text.toString();
            }
            for (int i = 0; i < result.length(); i++) {
                int octet = in.get() & 0xff;
                text.append("\\x").append(HEX.charAt(octet >> 4)).append(HEX.charAt(octet & 15));
            }
            decoder.reset();
        }
    }

    /**
     * Returns the bytes whose text form is {@code text}.
     *
     * @throws IllegalArgumentException if a backslash starts neither {@code \\} nor {@code \xHH}, or a surrogate has no
     *     partner
     */
    public static byte[] decode(String text) {
        if (text.indexOf('\\') < 0) {
            return utf8(text);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        int plainFrom = 0;
        for (int i = text.indexOf('\\'); i >= 0; i = text.indexOf('\\', plainFrom)) {
            bytes.writeBytes(utf8(text.substring(plainFrom, i)));
            if (text.startsWith("\\\\", i)) {
                bytes.write('\\');
                plainFrom = i + 2;
            } else if (text.startsWith("\\x", i) && i + 4 <= text.length()) {
                bytes.write(hexDigit(text, i + 2) << 4 | hexDigit(text, i + 3));
                plainFrom = i + 4;
            } else {
                throw new IllegalArgumentException("a backslash at position " + i + " of '" + text
                        + "' starts neither \\\\ nor \\xHH; write \\\\ for a backslash");
            }
        }
        bytes.writeBytes(utf8(text.substring(plainFrom)));
        return bytes.toByteArray();
    }

    private static boolean isPlain(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0 || b == '\\') {
                return false;
            }
        }
        return true;
    }

    private static void appendEscapingBackslashes(StringBuilder text, CharBuffer decoded) {
        while (decoded.hasRemaining()) {
            char c = decoded.get();
            if (c == '\\') {
                text.append('\\');
            }
            text.append(c);
        }
    }

    /** Refuses what {@link String#getBytes} would silently turn into a question mark, which is another name. */
    private static byte[] utf8(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(c, text.charAt(i + 1))) {
                    throw new IllegalArgumentException(
                            "the surrogate at position " + i + " of '" + text + "' has no partner");
                }
                i++;
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int hexDigit(String text, int index) {
        char c = text.charAt(index);
        int digit = c < 128 ? Character.digit(c, 16) : -1;
        if (digit < 0) {
            throw new IllegalArgumentException(
                    "'" + text.charAt(index) + "' at position " + index + " of '" + text + "' is no hexadecimal digit");
        }
        return digit;
    }
}
