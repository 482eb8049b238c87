package io.freshet.app.lsyncd;

import io.freshet.failure.FreshetException;
import io.freshet.filter.FilterRules;
import io.freshet.filter.RuleOrigin;
import java.util.ArrayList;
import java.util.List;

/** What a source leaves out: as in Freshet's configuration, {@code filter} counts before {@code exclude}, and files last. */
record SourceRules(List<String> filter, List<String> exclude, List<String> excludeFrom) {
    SourceRules {
        filter = List.copyOf(filter);
        exclude = List.copyOf(exclude);
        excludeFrom = List.copyOf(excludeFrom);
    }

    /** Returns the rules of one sync. */
    static SourceRules of(Item.Group options, RsyncSettings rsync, Remarks remarks) {
        List<String> filter = new ArrayList<>();
        for (String rule : options.texts("filter")) {
            add(filter, rule, true, remarks);
        }
        List<String> exclude = new ArrayList<>();
        for (String pattern : options.texts("exclude")) {
            add(exclude, pattern, false, remarks);
        }
        for (String pattern : rsync.excludes()) {
            add(exclude, pattern, false, remarks);
        }
        List<String> files = new ArrayList<>();
        List<String> all = new ArrayList<>(options.texts("filterFrom"));
        if (!all.isEmpty() && !exclude.isEmpty()) {
            remarks.warn(
                    "filterFrom counts before exclude in lsyncd, and after it here; put its rules into filter where"
                            + " that matters");
        }
        all.addAll(options.texts("excludeFrom"));
        all.addAll(rsync.excludeFiles());
        for (String file : all) {
            if (file.startsWith("/")) {
                files.add(file);
            } else {
                remarks.warn(
                        "exclude-from: " + file + " is left out, as it is not known where it is; write the whole path");
            }
        }
        return new SourceRules(filter, exclude, files);
    }

    private static void add(List<String> rules, String rule, boolean isRule, Remarks remarks) {
        RuleOrigin origin = new RuleOrigin("lsyncd", 1);
        try {
            FilterRules.Builder trial = FilterRules.builder().root("/");
            FilterRules.Builder unused = isRule ? trial.filter(rule, origin) : trial.exclude(rule, origin);
            rules.add(rule);
            if (rule.indexOf('[') >= 0) {
                remarks.note(
                        "'" + rule + "': in lsyncd's own matching [ was an ordinary character, in rsync's and here it"
                                + " begins a class of characters");
            }
        } catch (FreshetException refused) {
            remarks.warn("the rule '" + rule + "' is left out: " + refused.getMessage());
        }
    }

    /** Returns these and those of another sync of the same directory. */
    SourceRules and(SourceRules other) {
        return new SourceRules(
                joined(filter, other.filter), joined(exclude, other.exclude), joined(excludeFrom, other.excludeFrom));
    }

    private static List<String> joined(List<String> one, List<String> other) {
        List<String> all = new ArrayList<>(one);
        other.stream().filter(rule -> !one.contains(rule)).forEach(all::add);
        return all;
    }
}
