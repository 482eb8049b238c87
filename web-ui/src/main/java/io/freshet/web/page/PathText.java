package io.freshet.web.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A path for the eye: directory and name apart, and everything that could deceive the eye or the page (control characters,
 * bidirectional controls, invisible characters, blanks at the ends) as a mark in its place.
 *
 * @param text the path's text form, to be copied
 */
record PathText(String text, List<Piece> directory, List<Piece> name) {

    static PathText of(String text) {
        if (text.isEmpty()) {
            return new PathText(text, List.of(), List.of(new Piece("the whole source", false)));
        }
        int slash = text.lastIndexOf('/');
        return new PathText(text, pieces(text.substring(0, slash + 1)), pieces(text.substring(slash + 1)));
    }

    private static List<Piece> pieces(String text) {
        List<Piece> pieces = new ArrayList<>();
        StringBuilder plain = new StringBuilder();
        int[] points = text.codePoints().toArray();
        for (int i = 0; i < points.length; i++) {
            boolean atEnd = i == 0 || i == points.length - 1;
            String mark = mark(points[i], atEnd);
            if (mark == null) {
                plain.appendCodePoint(points[i]);
                continue;
            }
            if (!plain.isEmpty()) {
                pieces.add(new Piece(plain.toString(), false));
                plain.setLength(0);
            }
            pieces.add(new Piece(mark, true));
        }
        if (!plain.isEmpty()) {
            pieces.add(new Piece(plain.toString(), false));
        }
        return pieces;
    }

    private static @Nullable String mark(int point, boolean atEnd) {
        if (point < 0x20 || (point >= 0x7f && point < 0xa0)) {
            return String.format(Locale.ROOT, "\\x%02X", point);
        }
        if (point == ' ' && atEnd) {
            return "\u2420";
        }
        int type = Character.getType(point);
        boolean invisible = type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.PRIVATE_USE
                || type == Character.UNASSIGNED
                || (type == Character.SPACE_SEPARATOR && point != ' ');
        return invisible ? String.format(Locale.ROOT, "U+%04X", point) : null;
    }

    /** A part of a path; odd if it stands for something that would not be seen. */
    record Piece(String text, boolean odd) {}
}
