package io.freshet.web.page;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A policy as a form shows it and sends it: one text per field, and a row per window. What is left empty has its default.
 *
 * @param values by the names of the fields, which are keys of the configuration, with a dot before a key below
 * @param windows a row each, the last ones empty
 */
public record PolicyForm(Map<String, String> values, List<Map<String, String>> windows) {
    static final List<String> OF_WINDOW = List.of("days", "from", "to", "bandwidth");

    private static final int EMPTY_ROWS = 3;
    private static final Pattern FLOW = Pattern.compile("\\{([^}]*)}");
    private static final Pattern ENTRY = Pattern.compile("([\\w-]+): (\"[^\"]*\"|\\[[^]]*]|[^,]+)");

    /** One field: what it is called, what it says, and what it can say where that is a matter of choice. */
    public record Field(String key, String label, String help, List<String> choices) {}

    /** The fields, in the order of the page. */
    public static final List<Field> FIELDS = List.of(
            new Field(
                    "cron",
                    "Cron",
                    "When runs begin, for example 30 2 * * mon-fri; not together with windows.",
                    List.of()),
            new Field("misfire", "Missed firings", "Made up for by one run, or left out.", List.of("run-once", "skip")),
            new Field("time-zone", "Time zone", "Of windows and cron, for example Europe/Berlin.", List.of()),
            new Field("bandwidth", "Bandwidth", "For example 20MB/s, or unlimited.", List.of()),
            new Field(
                    "max-deletes.count",
                    "Deletions held above: entries",
                    "Within 24 hours; both empty: none is held.",
                    List.of()),
            new Field("max-deletes.percent", "and percent of the target", "Held when both are exceeded.", List.of()),
            new Field("max-deletes-per-run.count", "In one run: entries", "The same within one run.", List.of()),
            new Field("max-deletes-per-run.percent", "and percent of the target", "", List.of()),
            new Field(
                    "max-changes.count",
                    "Rewritten files held above: files",
                    "Within an hour; both empty: none is held.",
                    List.of()),
            new Field("max-changes.percent", "and percent of the target", "Held when both are exceeded.", List.of()),
            new Field("parallelism", "Files under way at once", "In each lane, 1 to 128.", List.of()),
            new Field("four-eyes", "Approvals take two persons", "", List.of("false", "true")),
            new Field("approvals-expire", "Approvals expire after", "For example 24h.", List.of()),
            new Field("verify", "Verify", "What the target hashes.", List.of("in-flight", "run", "full")),
            new Field(
                    "extras",
                    "Extras",
                    "What the target holds and Freshet never put there.",
                    List.of("hold", "leave", "delete")),
            new Field(
                    "drift",
                    "Drift",
                    "What somebody changed on the target, when it is to be replaced or deleted.",
                    List.of("overwrite", "hold")),
            new Field("unstable", "Files that never hold still", "", List.of("publish", "wait")),
            new Field("settle", "Settle", "A path waits until it has been quiet for so long.", List.of()),
            new Field("settle-max", "but at most", "", List.of()),
            new Field("linger", "Linger", "A run ends when it has had nothing to do for so long.", List.of()),
            new Field("retry.first", "Retry after", "Doubled with each failure,", List.of()),
            new Field("retry.longest", "up to", "", List.of()));

    /** Returns the form of what a policy says. */
    static PolicyForm of(Map<String, String> definition) {
        Map<String, String> values = new LinkedHashMap<>();
        List<Map<String, String>> windows = new ArrayList<>();
        definition.forEach((key, value) -> {
            if (key.equals("windows")) {
                FLOW.matcher(value).results().forEach(window -> windows.add(entries(window.group(1))));
            } else if (value.startsWith("{")) {
                entries(value.substring(1, value.length() - 1))
                        .forEach((below, of) -> values.put(key + "." + below, of));
            } else if (!value.equals("none")) {
                values.put(key, value);
            }
        });
        return new PolicyForm(values, withEmptyRows(windows));
    }

    /** Returns the form that was sent. */
    static PolicyForm sent(Map<String, String> parameters) {
        Map<String, String> values = new LinkedHashMap<>();
        for (Field field : FIELDS) {
            put(values, field.key(), parameters.get(field.key()));
        }
        List<Map<String, String>> windows = new ArrayList<>();
        for (int row = 0; Stream.of("days", "from", "to").anyMatch(of(parameters, row)::containsKey); row++) {
            Map<String, String> window = new LinkedHashMap<>();
            of(parameters, row).forEach((key, value) -> put(window, key, value));
            if (!window.isEmpty()) {
                windows.add(window);
            }
        }
        return new PolicyForm(values, withEmptyRows(windows));
    }

    private static Map<String, String> of(Map<String, String> parameters, int row) {
        Map<String, String> window = new LinkedHashMap<>();
        for (String key : OF_WINDOW) {
            String value = parameters.get("windows[" + row + "]." + key);
            if (value != null) {
                window.put(key, value);
            }
        }
        return window;
    }

    private static void put(Map<String, String> values, String key, @Nullable String value) {
        if (value != null && !value.isBlank()) {
            values.put(key, value.strip());
        }
    }

    /** Returns what the form says as the configuration would have it, in JSON. */
    String document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("max-deletes", "none");
        document.put("max-deletes-per-run", "none");
        values.forEach((key, value) -> {
            int dot = key.indexOf('.');
            if (dot < 0) {
                document.put(key, value);
            } else {
                below(document, key.substring(0, dot)).put(key.substring(dot + 1), value);
            }
        });
        List<Map<String, Object>> rows = windows.stream()
                .filter(window -> !window.isEmpty())
                .map(PolicyForm::row)
                .toList();
        if (!rows.isEmpty()) {
            document.put("windows", rows);
        }
        return JsonMapper.shared().writeValueAsString(document);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> below(Map<String, Object> document, String key) {
        if (!(document.get(key) instanceof Map)) {
            document.put(key, new LinkedHashMap<String, Object>());
        }
        return (Map<String, Object>) document.get(key);
    }

    private static Map<String, Object> row(Map<String, String> window) {
        Map<String, Object> row = new LinkedHashMap<>(window);
        String days = window.get("days");
        if (days != null && days.contains(",")) {
            row.put("days", Stream.of(days.split(",", -1)).map(String::strip).toList());
        }
        return row;
    }

    private static Map<String, String> entries(String flow) {
        Map<String, String> entries = new LinkedHashMap<>();
        Matcher entry = ENTRY.matcher(flow);
        while (entry.find()) {
            entries.put(
                    entry.group(1),
                    entry.group(2).replaceAll("^[\"\\[]|[\"\\]]$", "").strip());
        }
        return entries;
    }

    private static List<Map<String, String>> withEmptyRows(List<Map<String, String>> windows) {
        List<Map<String, String>> rows = new ArrayList<>(windows);
        for (int row = 0; row < EMPTY_ROWS; row++) {
            rows.add(Map.of());
        }
        return rows;
    }
}
