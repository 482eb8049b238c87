package io.freshet.transfer.ssh;

import io.freshet.path.TextForm;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The form in which setfattr(1) takes in and getfattr(1) tells extended attributes: for each file a line with its name, one for
 * each attribute with its value in base64, and an empty one. What could be taken for more than a name is written in octal.
 */
final class ExtendedDump {
    private static final String FILE = "# file: ";
    private static final String BASE64 = "0s";
    private static final String PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-";

    private ExtendedDump() {}

    /** Writes attributes by file, in ISO 8859-1, and there by their names in text form. */
    static byte[] encode(Map<String, Map<String, byte[]>> files) {
        ByteArrayOutputStream dump = new ByteArrayOutputStream();
        files.forEach((path, attributes) -> {
            if (attributes.isEmpty()) {
                return;
            }
            dump.writeBytes(ascii(FILE));
            quote(path.getBytes(StandardCharsets.ISO_8859_1), dump);
            dump.write('\n');
            attributes.forEach((name, value) -> {
                quote(TextForm.decode(name), dump);
                dump.writeBytes(ascii("=" + BASE64));
                dump.writeBytes(Base64.getEncoder().encode(value));
                dump.write('\n');
            });
            dump.write('\n');
        });
        return dump.toByteArray();
    }

    /** Reads what was told, in ISO 8859-1; by file, and there by names in text form. What has another form is left out. */
    static Map<String, Map<String, byte[]>> decode(String dump) {
        Map<String, Map<String, byte[]>> files = new HashMap<>();
        Map<String, byte[]> attributes = new TreeMap<>();
        for (String line : dump.split("\n", -1)) {
            if (line.startsWith(FILE)) {
                attributes = files.computeIfAbsent(unquote(line.substring(FILE.length())), file -> new TreeMap<>());
            } else if (!line.isEmpty()) {
                int equals = line.indexOf('=');
                String name = unquote(equals < 0 ? line : line.substring(0, equals));
                String value = equals < 0 ? BASE64 : line.substring(equals + 1);
                if (value.startsWith(BASE64)) {
                    put(attributes, name, value.substring(BASE64.length()));
                }
            }
        }
        return files;
    }

    private static void put(Map<String, byte[]> attributes, String name, String base64) {
        try {
            attributes.put(
                    TextForm.encode(name.getBytes(StandardCharsets.ISO_8859_1)),
                    Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            // Not a value: then the file has none by this name.
            attributes.remove(name);
        }
    }

    private static void quote(byte[] name, ByteArrayOutputStream to) {
        for (byte octet : name) {
            int c = octet & 0xff;
            if (PLAIN.indexOf(c) >= 0) {
                to.write(c);
            } else {
                to.write('\\');
                to.write('0' + (c >> 6));
                to.write('0' + ((c >> 3) & 7));
                to.write('0' + (c & 7));
            }
        }
    }

    private static String unquote(String quoted) {
        StringBuilder plain = new StringBuilder(quoted.length());
        for (int i = 0; i < quoted.length(); i++) {
            char c = quoted.charAt(i);
            if (c == '\\' && i + 3 < quoted.length() && isOctal(quoted, i + 1)) {
                c = (char) Integer.parseInt(quoted, i + 1, i + 4, 8);
                i += 3;
            }
            plain.append(c);
        }
        return plain.toString();
    }

    private static boolean isOctal(String text, int from) {
        return text.substring(from, from + 3).chars().allMatch(c -> c >= '0' && c <= '7');
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
