package io.freshet.web.live;

import io.freshet.web.account.Actor;
import io.freshet.web.action.RefusedException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** The one stream per open page: names of what is out of date, never content, so that rights and rendering stay put. */
@Controller
final class EventsController {
    private static final int MOST_TOPICS = 20;
    private static final int MOST_STREAMS = 500;

    private final LiveTopics live;
    private final AtomicInteger streams = new AtomicInteger();

    EventsController(LiveTopics live) {
        this.live = live;
    }

    @GetMapping("/events")
    SseEmitter events(
            Actor actor,
            HttpServletRequest request,
            HttpServletResponse response,
            @RequestParam(defaultValue = "0") long after,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable Long last) {
        // Not as a list of Spring's, which would take a comma in a path for the end of a topic.
        String[] topics = request.getParameterValues("topic");
        Set<String> wanted = topics == null ? Set.of() : new HashSet<>(List.of(topics));
        if (wanted.isEmpty() || wanted.size() > MOST_TOPICS || !wanted.stream().allMatch(Fingerprints::isTopic)) {
            throw RefusedException.wrong("There is no such topic", "Name each as topic=…, 20 at most.");
        }
        if (streams.incrementAndGet() > MOST_STREAMS) {
            streams.decrementAndGet();
            throw RefusedException.conflict("Too many pages are open", "Reload later; the page shows its last state.");
        }
        response.setHeader("X-Accel-Buffering", "no");
        response.setHeader("Cache-Control", "no-store");
        EventStream stream = new EventStream(wanted);
        stream.emitter().onCompletion(() -> {
            streams.decrementAndGet();
            live.remove(stream);
        });
        live.add(stream, last == null ? after : last);
        return stream.emitter();
    }
}
