package io.freshet.transfer.local;

import io.freshet.path.RelativePath;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Makes {@link Path}s of bytes and bytes of {@link Path}s, whatever the locale.
 *
 * <p>A {@code Path} made of a string cannot hold a name that is not valid in the JVM's charset. One made of a {@code file:}
 * URI can: on Unix the JDK takes the URI's percent-encoded octets as they are, and gives them back as they are.
 */
final class LocalPaths {
    private static final String PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-~/";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private LocalPaths() {}

    /** Returns the path below a directory. */
    static Path below(Path directory, RelativePath path) {
        return path.isRoot() ? directory : directory.resolve(relative(path.bytes()));
    }

    /** Returns the relative or absolute path with these bytes; runs of slashes and one at the end are lost. */
    static Path ofText(byte[] text) {
        boolean absolute = text.length > 0 && text[0] == '/';
        return absolute ? absolute(text) : relative(text);
    }

    /** Returns the bytes of a path. */
    static byte[] bytes(Path path) {
        boolean absolute = path.isAbsolute();
        Path rooted = absolute ? path : Path.of("/").resolve(path);
        String uri = rooted.toUri().getRawPath();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(uri.length());
        for (int i = absolute ? 0 : 1; i < uri.length(); i++) {
            if (uri.charAt(i) == '%') {
                bytes.write(Integer.parseInt(uri, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(uri.charAt(i));
            }
        }
        byte[] all = bytes.toByteArray();
        // A directory's URI ends with a slash that its path does not have.
        boolean extraSlash = all.length > 1 && all[all.length - 1] == '/';
        return extraSlash ? Arrays.copyOf(all, all.length - 1) : all;
    }

    private static Path relative(byte[] text) {
        byte[] rooted = new byte[text.length + 1];
        rooted[0] = '/';
        System.arraycopy(text, 0, rooted, 1, text.length);
        Path path = absolute(rooted);
        return path.getNameCount() == 0 ? Path.of("") : path.subpath(0, path.getNameCount());
    }

    private static Path absolute(byte[] text) {
        StringBuilder uri = new StringBuilder("file://");
        for (byte octet : text) {
            char c = (char) (octet & 0xff);
            if (PLAIN.indexOf(c) >= 0) {
                uri.append(c);
            } else {
                uri.append('%').append(HEX.toHexDigits(octet));
            }
        }
        return Path.of(URI.create(uri.toString()));
    }

    /** The name of something that is known to be ASCII. */
    static String name(Path path) {
        return new String(bytes(path.getFileName()), StandardCharsets.ISO_8859_1);
    }
}
