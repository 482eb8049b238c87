package io.freshet.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** One segment of a URL's path. */
final class Segment {
    private Segment() {}

    static String of(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
