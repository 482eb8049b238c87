package io.freshet.web.monitoring;

import io.freshet.web.monitoring.NodeHealth.Part;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Whether the process lives, and whether it is ready: 200, or 503 naming the part; for anybody, and hence in few words. */
@RestController
final class HealthController {
    private final NodeHealth health;

    HealthController(NodeHealth health) {
        this.health = health;
    }

    /**
     * An answer.
     *
     * @param status {@code ok} if all parts are
     */
    record Answer(String status, Map<String, Detail> parts) {}

    /** How a part is. */
    record Detail(String status, String detail) {}

    @GetMapping(MonitoringConfiguration.ALIVE)
    ResponseEntity<Answer> alive() {
        return answer(health.alive());
    }

    @GetMapping(MonitoringConfiguration.READY)
    ResponseEntity<Answer> ready() {
        return answer(health.ready());
    }

    private static ResponseEntity<Answer> answer(List<Part> parts) {
        Map<String, Detail> details = new LinkedHashMap<>();
        parts.forEach(part -> details.put(part.name(), new Detail(word(part.ok()), part.detail())));
        boolean ok = parts.stream().allMatch(Part::ok);
        return ResponseEntity.status(ok ? 200 : 503)
                .header("Cache-Control", "no-store")
                .body(new Answer(word(ok), details));
    }

    private static String word(boolean ok) {
        return ok ? "ok" : "failing";
    }
}
