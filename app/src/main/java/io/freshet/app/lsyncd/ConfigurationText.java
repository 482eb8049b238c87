package io.freshet.app.lsyncd;

import io.freshet.cli.VisibleText;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Writes what was translated as a {@code freshet.yml} with comments. */
final class ConfigurationText {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/][A-Za-z0-9/_.@:%+-]*");
    private static final Pattern SPECIAL = Pattern.compile("(?i)true|false|null|yes|no|on|off|.*:");
    private static final Pattern GROUP_OR_FLAG = Pattern.compile("\\{.*}|true");

    private final Translation translation;
    private final StringBuilder text = new StringBuilder(2000);
    /** Put before every line: what cannot be used yet becomes a comment. */
    private String prefix = "";

    private ConfigurationText(Translation translation) {
        this.translation = translation;
    }

    /** Returns the whole file. */
    static String of(Translation translation, String origin) {
        ConfigurationText made = new ConfigurationText(translation);
        made.comment(
                "", "Made of " + origin + " by freshet import-lsyncd. Read it through, then: freshet check-config");
        made.comments("", translation.remarks());
        made.line("data-dir: /var/lib/freshet");
        made.line("database: embedded");
        made.line("sources:");
        translation.sources().forEach(made::source);
        made.policies();
        return made.text.toString();
    }

    private void source(PlannedSource source) {
        prefix = source.isReady() ? "" : "# ";
        comments("  ", source.remarks());
        line("  - name: " + quoted(source.name()));
        line("    path: " + quoted(source.path()));
        list("filter", source.rules().filter());
        list("exclude", source.rules().exclude());
        list("exclude-from", source.rules().excludeFrom());
        line("    targets:");
        source.targets().forEach(target -> target(target, source.isReady()));
        prefix = "";
    }

    private void list(String key, List<String> values) {
        if (!values.isEmpty()) {
            line("    " + key + ":");
            values.forEach(value -> line("      - " + always(value)));
        }
    }

    private void target(PlannedTarget target, boolean inReady) {
        prefix = inReady && target.isReady() ? "" : "# ";
        comment("      ", "line " + target.line());
        comments("      ", target.remarks());
        line("      - name: " + quoted(target.name()));
        line("        url: " + quoted(target.url()));
        target.keys().forEach((key, value) -> line("        " + key + ": " + quoted(value)));
        String policy = translation.policy(target);
        if (policy != null) {
            line("        policy: " + policy);
        }
        prefix = inReady ? "" : "# ";
    }

    private void policies() {
        if (translation.policies().isEmpty()) {
            return;
        }
        line("policies:");
        for (Map.Entry<Map<String, String>, String> policy :
                translation.policies().entrySet()) {
            line("  - name: " + policy.getValue());
            policy.getKey().forEach((key, value) -> line("    " + key + ": " + quoted(value)));
        }
    }

    private void comments(String indent, Remarks remarks) {
        remarks.comments().forEach(remark -> comment(indent, remark));
    }

    private void comment(String indent, String remark) {
        line(indent + "# " + VisibleText.of(remark));
    }

    private void line(String line) {
        text.append(prefix).append(line).append('\n');
    }

    private static String quoted(String value) {
        boolean isPlain =
                PLAIN.matcher(value).matches() && !SPECIAL.matcher(value).matches();
        return isPlain || GROUP_OR_FLAG.matcher(value).matches() ? value : always(value);
    }

    private static String always(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        value.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if (Character.isISOControl(c)
                    || Character.getType(c) == Character.FORMAT
                    || c == 0x2028
                    || c == 0x2029
                    || Character.getType(c) == Character.SURROGATE) {
                quoted.append(String.format("\\U%08x", c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }
}
