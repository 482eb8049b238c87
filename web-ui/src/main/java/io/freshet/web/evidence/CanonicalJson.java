package io.freshet.web.evidence;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * The one form of a JSON value that is signed: RFC 8785 for values without fractions. No white space, members in the order
 * of their names' UTF-16 code units, integers in decimal, strings with only quote, backslash and control characters escaped,
 * in UTF-8.
 */
final class CanonicalJson {
    private static final String SHORT_ESCAPED = "\b\t\n\f\r\"\\";
    private static final String SHORT_ESCAPES = "btnfr\"\\";

    private CanonicalJson() {}

    static byte[] of(JsonNode value) {
        StringBuilder text = new StringBuilder();
        append(value, text);
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            return Arrays.copyOfRange(bytes.array(), bytes.arrayOffset(), bytes.arrayOffset() + bytes.limit());
        } catch (CharacterCodingException halfOfACharacter) {
            throw new FreshetException(
                    ErrorCode.UNSUPPORTED, "evidence holds text that is no Unicode: it was not made by Freshet");
        }
    }

    private static void append(JsonNode value, StringBuilder text) {
        if (value.isObject()) {
            List<Map.Entry<String, JsonNode>> members = value.properties().stream()
                    .sorted(Comparator.comparing(Map.Entry::getKey))
                    .toList();
            text.append('{');
            for (int i = 0; i < members.size(); i++) {
                text.append(i == 0 ? "" : ",");
                appendString(members.get(i).getKey(), text);
                text.append(':');
                append(members.get(i).getValue(), text);
            }
            text.append('}');
        } else if (value.isArray()) {
            text.append('[');
            for (int i = 0; i < value.size(); i++) {
                text.append(i == 0 ? "" : ",");
                append(value.get(i), text);
            }
            text.append(']');
        } else if (value.isString()) {
            appendString(value.asString(), text);
        } else if (value.isIntegralNumber() || value.isBoolean() || value.isNull()) {
            text.append(value);
        } else {
            throw new FreshetException(
                    ErrorCode.UNSUPPORTED, "evidence holds no value like " + value + ": it was not made by Freshet");
        }
    }

    private static void appendString(String string, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char character = string.charAt(i);
            int escape = SHORT_ESCAPED.indexOf(character);
            if (escape >= 0) {
                text.append('\\').append(SHORT_ESCAPES.charAt(escape));
            } else if (character < ' ') {
                text.append(String.format("\\u%04x", (int) character));
            } else {
                text.append(character);
            }
        }
        text.append('"');
    }
}
