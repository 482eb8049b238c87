package io.freshet.web.live;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** The line to one open page. */
final class EventStream implements LiveTopics.Client {
    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

    private final Set<String> topics;
    private final SseEmitter emitter = new SseEmitter(0L);

    EventStream(Set<String> topics) {
        this.topics = Set.copyOf(topics);
    }

    SseEmitter emitter() {
        return emitter;
    }

    @Override
    public Set<String> topics() {
        return topics;
    }

    @Override
    public void stale(long sequence, Set<String> changed) {
        Set<String> mine = new TreeSet<>(topics);
        mine.retainAll(changed);
        if (!mine.isEmpty()) {
            send(SseEmitter.event()
                    .id(Long.toString(sequence))
                    .name("stale")
                    .data(List.copyOf(mine), MediaType.APPLICATION_JSON));
        }
    }

    @Override
    public void beat() {
        send(SseEmitter.event().name("beat").data(Instant.now().toString()));
    }

    @Override
    public void end() {
        emitter.complete();
    }

    private synchronized void send(SseEmitter.SseEventBuilder event) {
        try {
            emitter.send(event);
        } catch (IOException | IllegalStateException e) {
            LOG.trace("A page is gone; the emitter's callback removes it", e);
        }
    }
}
