package io.freshet.web.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PolicyFormTest {
    @Test
    void sendsBackWhatItShows() {
        PolicyForm shown = PolicyForm.of(Map.of(
                "windows",
                "{days: mon-fri, from: \"22:00\", to: \"06:00\", bandwidth: 20MB/s}, {days: [wed, sun], from: \"00:00\", to: \"24:00\"}",
                "time-zone",
                "Europe/Berlin",
                "max-deletes",
                "{count: 1000, percent: 50}",
                "max-deletes-per-run",
                "none",
                "max-changes",
                "{count: 7, percent: 2.5}",
                "retry",
                "{first: 500ms, longest: 2m}"));
        Map<String, String> sent = new HashMap<>(shown.values());
        for (int row = 0; row < shown.windows().size(); row++) {
            for (String key : PolicyForm.OF_WINDOW) {
                sent.put("windows[" + row + "]." + key, shown.windows().get(row).getOrDefault(key, ""));
            }
        }
        assertThat(shown.windows()).hasSize(5);
        assertThat(PolicyForm.sent(sent).document())
                .contains(
                        "\"max-deletes\":{\"count\":\"1000\",\"percent\":\"50\"}",
                        "\"max-deletes-per-run\":\"none\"",
                        "\"max-changes\":{\"count\":\"7\",\"percent\":\"2.5\"}",
                        "\"retry\":{\"first\":\"500ms\",\"longest\":\"2m\"}",
                        "{\"days\":\"mon-fri\",\"from\":\"22:00\",\"to\":\"06:00\",\"bandwidth\":\"20MB/s\"}",
                        "{\"days\":[\"wed\",\"sun\"],\"from\":\"00:00\",\"to\":\"24:00\"}")
                .doesNotContain("cron");
    }

    @Test
    void aRowThatWasEmptiedIsGoneAndThoseBelowStay() {
        PolicyForm sent = PolicyForm.sent(
                Map.of("windows[0].days", "", "windows[0].from", "", "windows[0].to", "", "windows[1].days", "sat"));
        assertThat(sent.windows().get(0)).containsExactly(Map.entry("days", "sat"));
    }
}
