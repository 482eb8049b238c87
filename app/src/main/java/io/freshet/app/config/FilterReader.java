package io.freshet.app.config;

import io.freshet.failure.FreshetException;
import io.freshet.filter.FilterRules;
import io.freshet.filter.RuleOrigin;
import io.freshet.path.TextForm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads what a source leaves out. As order decides among rules and keys of a file have none, it is always: {@code filter},
 * {@code include}, {@code exclude}, {@code exclude-from}.
 */
final class FilterReader {
    private final FileChecks files;
    private final FilterRules.Builder rules = FilterRules.builder();
    private boolean isRight = true;

    FilterReader(FileChecks files) {
        this.files = files;
    }

    /**
     * Returns the rules, or empty if one of them is wrong.
     *
     * @param root the source's root, where it is known
     */
    Optional<FilterRules> read(Section section, Optional<Path> root) {
        root.ifPresent(path -> rules.root(TextForm.encode(path.toString().getBytes(StandardCharsets.UTF_8))));
        add(section, "filter", rules::filter);
        add(section, "include", rules::include);
        add(section, "exclude", rules::exclude);
        section.value("exclude-from").ifPresent(value -> {
            for (Value file : value.list()) {
                files.readable(file).ifPresentOrElse(path -> addFile(file, path), () -> isRight = false);
            }
        });
        return isRight ? Optional.of(rules.build()) : Optional.empty();
    }

    private interface Adding {
        FilterRules.Builder add(String rule, RuleOrigin origin);
    }

    private void add(Section section, String key, Adding adding) {
        section.value(key).ifPresent(value -> {
            for (Value rule : value.list()) {
                rule.pattern()
                        .ifPresentOrElse(
                                text -> guarded(rule, () -> adding.add(text, rule.origin())), () -> isRight = false);
            }
        });
    }

    private void addFile(Value value, Path path) {
        try {
            byte[] content = Files.readAllBytes(path);
            guarded(value, () -> rules.excludeFrom(content, path.toString()));
        } catch (IOException failure) {
            value.wrong("'" + path + "' cannot be read: " + failure);
            isRight = false;
        }
    }

    private void guarded(Value value, Runnable adding) {
        try {
            adding.run();
        } catch (FreshetException refused) {
            // The message begins with the rule's origin; where that is this very place it is said already.
            String message = String.valueOf(refused.getMessage());
            String here = value.origin() + ": ";
            value.wrong(message.startsWith(here) ? message.substring(here.length()) : message);
            isRight = false;
        }
    }
}
