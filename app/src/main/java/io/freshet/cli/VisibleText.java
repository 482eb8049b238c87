package io.freshet.cli;

/** Text for terminals and logs, in which nothing can move the cursor, hide, reorder or pretend to be another line. */
public final class VisibleText {
    private VisibleText() {}

    /**
     * Returns {@code text} with every control character, line separator, bidirectional control and lone surrogate written
     * as an escape: {@code \n}, {@code \t}, {@code \r} or {@code \}{@code u} and four digits.
     */
    public static String of(String text) {
        if (text.codePoints().noneMatch(VisibleText::isHidden)) {
            return text;
        }
        StringBuilder visible = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(character -> {
            if (isHidden(character)) {
                appendEscape(visible, character);
            } else {
                visible.appendCodePoint(character);
            }
        });
        return visible.toString();
    }

    private static boolean isHidden(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    private static void appendEscape(StringBuilder visible, int character) {
        switch (character) {
            case '\n' -> visible.append("\\n");
            case '\t' -> visible.append("\\t");
            case '\r' -> visible.append("\\r");
            default -> {
                for (char half : Character.toChars(character)) {
                    visible.append(String.format("\\u%04x", (int) half));
                }
            }
        }
    }
}
